// SPDX-License-Identifier: Apache-2.0
// Owns the precompiled header of the tests (tests/CMakeLists.txt); the build needs a source to name.
int main() {}
