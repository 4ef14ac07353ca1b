# How every target of the project is built, and what a floor may link.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

option(PREP_SANITIZE "Build with address and undefined-behaviour sanitizers" OFF)
option(PREP_FUZZ "Build the fuzz targets (needs clang)" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_package(PkgConfig REQUIRED)
foreach(library libczmq libzmq libsodium libprotobuf-c libpq sqlite3 yaml-0.1 libcyaml
        libmicrohttpd jansson libarchive libdeflate libbrotlienc libcrypto libcurl
        libsystemd libwebp libqrencode cmocka)
  string(TOUPPER ${library} name)
  string(REGEX REPLACE "[^A-Z0-9]" "_" name ${name})
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${library})
endforeach()

# Our own code: every warning an error, assertions kept in release.
add_library(prep_flags INTERFACE)
target_compile_definitions(prep_flags INTERFACE _GNU_SOURCE PREP_VERSION="${PROJECT_VERSION}")
target_compile_options(prep_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wvla -Wpointer-arith -Wwrite-strings -Wundef -UNDEBUG
  -fstack-protector-strong -fno-strict-aliasing)
target_link_options(prep_flags INTERFACE -Wl,-z,relro,-z,now)
if(PREP_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(prep_flags INTERFACE _FORTIFY_SOURCE=2)
endif()

# prep_library(<target> SOURCES ... LINKS ...)
function(prep_library target)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_link_libraries(${target} PUBLIC ${ARG_LINKS} PRIVATE prep_flags)
endfunction()

# What an institute installs and the demo runs: no tests.
add_custom_target(programs)

# prep_program(<target> SOURCES ... LINKS ...): goes to <build>/bin
function(prep_program target)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LINKS} prep_flags)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  add_dependencies(programs ${target})
  install(TARGETS ${target} RUNTIME DESTINATION bin)
endfunction()

# prep_unit_tests(<folder under tests/unit> LINKS ...): one program per test_*.c
function(prep_unit_tests folder)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/test_*.c)
  foreach(source ${tests})
    get_filename_component(name ${source} NAME_WE)
    set(target unit_${folder}_${name})
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE ${ARG_LINKS} PkgConfig::CMOCKA prep_flags)
    target_compile_definitions(${target} PRIVATE TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    add_test(NAME ${folder}/${name} COMMAND ${target})
    set_tests_properties(${folder}/${name} PROPERTIES LABELS unit TIMEOUT 120)
  endforeach()
endfunction()
