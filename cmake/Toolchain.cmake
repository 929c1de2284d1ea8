# SPDX-License-Identifier: Apache-2.0
# Language level, warnings, sanitizers and ccache for every target of the project.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Precompiled headers need these two sloppinesses, else every look-up misses.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" "CCACHE_NOHASHDIR=1" "${CCACHE_PROGRAM}")
endif()

# Some packages ask for it on their own; the precompiled header must have been built with it too.
add_compile_options(-pthread)

# Asio takes the memory of its operations from aligned_alloc where there is one, which allocators serve by a slow path; nothing
# that is awaited here wants more than the usual alignment. The same for every target, or their programs would be two things at once.
add_compile_definitions(BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN)

add_library(signalbox_flags INTERFACE)
# -pthread everywhere: a precompiled header made without it is refused by rooms whose libraries ask for it.
target_compile_options(signalbox_flags INTERFACE -pthread)
target_compile_options(signalbox_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
# Profilers and sanitizers walk frames; what users run has a register more.
target_compile_options(signalbox_flags INTERFACE $<$<NOT:$<CONFIG:Release>>:-fno-omit-frame-pointer>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Nobody replaces a function of ours at run time, so that the compiler may inline what it sees.
  target_compile_options(signalbox_flags INTERFACE -fno-semantic-interposition)
  # -fpch-preprocess lets ccache see through a precompiled header; the two warnings misfire on GCC 12 coroutines.
  target_compile_options(signalbox_flags INTERFACE -fpch-preprocess -Wno-mismatched-new-delete -Wno-maybe-uninitialized -Wno-restrict)
  # Optimised, it takes the joining of two strings for a copy of half the address space (GCC bug 105651).
  target_compile_options(signalbox_flags INTERFACE $<$<CONFIG:Release>:-Wno-stringop-overflow> $<$<CONFIG:Release>:-Wno-array-bounds>)
endif()
if(SIGNALBOX_WERROR)
  target_compile_options(signalbox_flags INTERFACE -Werror)
endif()
# GCC writes what it counted beside the object files and reads it there: both passes want the same build directory.
set(SIGNALBOX_PROFILE "" CACHE STRING "generate: count what runs; use: optimise for what was counted (packaging/profiled.sh does both)")
if(SIGNALBOX_PROFILE STREQUAL "generate")
  add_compile_options(-fprofile-generate -fprofile-update=prefer-atomic)
  add_link_options(-fprofile-generate)
elseif(SIGNALBOX_PROFILE STREQUAL "use")
  add_compile_options(-fprofile-use -fprofile-partial-training -Wno-missing-profile)
  # What it would repeat for speed has to be fetched into caches that other processes had in between: with one connection the number
  # of lines that hold the code is what counts.
  add_compile_options(-fno-unroll-loops -fno-peel-loops -fno-tracer -fno-ipa-cp-clone -fno-split-loops -fno-unswitch-loops -fvect-cost-model=very-cheap)
endif()
# How many times slower instrumented programs are at most; tests multiply their deadlines by it.
set(SIGNALBOX_SLOWER 1)
if(SIGNALBOX_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(SIGNALBOX_SANITIZE)
  set(SIGNALBOX_SLOWER 10)
  add_compile_options(-fsanitize=${SIGNALBOX_SANITIZE})
  add_link_options(-fsanitize=${SIGNALBOX_SANITIZE})
  if(SIGNALBOX_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan)  # of Asio's fences, which the sanitizer does not know; its locks it does
  endif()
endif()
