# SPDX-License-Identifier: Apache-2.0
# Installs the build tree BUILD_DIR, moves the installed tree, builds the consumer against it and runs
# it on DATA. WORK_DIR is emptied first; EXPECTED is the file of the output.
#   cmake -D BUILD_DIR=... -D WORK_DIR=... -D DATA=... -D EXPECTED=... -D LIBDIR=... -P install_and_build.cmake
function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
    if(NOT status EQUAL 0)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "${command}\n${text}")
    endif()
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/first)
file(RENAME ${WORK_DIR}/first ${WORK_DIR}/moved)
run(${CMAKE_COMMAND} -G Ninja -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK_DIR}/build
    -D CMAKE_BUILD_TYPE=Release -D CMAKE_PREFIX_PATH=${WORK_DIR}/moved
    -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)

execute_process(COMMAND ${WORK_DIR}/build/consumer ${DATA}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE error)
file(READ ${EXPECTED} expected)
if(NOT status EQUAL 0 OR NOT output STREQUAL expected)
    message(FATAL_ERROR "consumer ended with ${status}:\n${output}${error}\nexpected:\n${expected}")
endif()

# The installed program works from where it was moved to as well.
foreach(program ${PROGRAMS})
    run(${WORK_DIR}/moved/bin/${program} --version)
endforeach()
foreach(file
        share/mixtura/data/faithful.csv share/mixtura/help/gaussian-mixture.md
        ${LIBDIR}/mixtura/backends)
    if(NOT EXISTS ${WORK_DIR}/moved/${file})
        message(FATAL_ERROR "${file} was not installed")
    endif()
endforeach()
