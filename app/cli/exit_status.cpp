// SPDX-License-Identifier: Apache-2.0
#include "exit_status.h"

#include <iostream>
#include <new>

#include "mixtura/common/error.h"
#include "mixtura/compute/row_passes.h"

namespace mixtura::cli {

namespace {

int report(const char* message, int status) {
    std::cout.flush();
    std::cerr << "mixtura-cli: " << message << '\n';
    return status;
}

}  // namespace

int guarded(const std::function<int()>& action) {
    try {
        return action();
    } catch (const compute::Cancelled&) {
        return report("Cancelled before there was a result, so none was written.", exit_cancelled);
    } catch (const InvalidArgument& error) {
        return report(error.what(), exit_usage);
    } catch (const DataError& error) {
        return report(error.what(), exit_data);
    } catch (const NumericalError& error) {
        return report(error.what(), exit_fit_failed);
    } catch (const Error& error) {
        return report(error.what(), exit_resource);
    } catch (const std::bad_alloc&) {
        return report("There is not enough memory for this; use fewer rows or columns.",
                      exit_resource);
    } catch (const std::exception& error) {
        return report(error.what(), exit_resource);
    }
}

}  // namespace mixtura::cli
