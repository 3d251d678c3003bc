# SPDX-License-Identifier: Apache-2.0
# cmake -DNM=... -DOBJECTS=a.o,b.o -P check_symbols.cmake: fails where an object file of the kernels
# defines a weak or unique symbol. The linker keeps one copy of such a symbol for the whole
# program, and it may be the one with instructions that the machine lacks.
string(REPLACE "," ";" objects "${OBJECTS}")
foreach(object IN LISTS objects)
    if(NOT object MATCHES "gaussian_kernels_")
        continue()
    endif()
    execute_process(COMMAND ${NM} --defined-only ${object}
        OUTPUT_VARIABLE symbols RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${NM} failed on ${object}")
    endif()
    string(REGEX MATCHALL "[^\n]* [WwVvu] [^\n]*" weak "${symbols}")
    if(weak)
        message(FATAL_ERROR "${object} defines ${weak}")
    endif()
    if(NOT symbols MATCHES " T ")
        message(FATAL_ERROR "${object} defines nothing")
    endif()
    math(EXPR checked "${checked} + 1")
endforeach()
if(NOT checked)
    message(FATAL_ERROR "no object file of the kernels among ${OBJECTS}")
endif()
message(STATUS "${checked} object files define no weak symbol")
