# SPDX-License-Identifier: Apache-2.0
# CMake's toolchain file for arm64, with Debian's cross compiler (g++-aarch64-linux-gnu, which has its own libc) and the
# libraries that arm64-sysroot.sh unpacked. The preset arm64 uses it.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

set(SCRIM_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot-arm64 CACHE PATH "What arm64-sysroot.sh unpacked")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SCRIM_SYSROOT)
cmake_path(ABSOLUTE_PATH SCRIM_SYSROOT NORMALIZE)
set(CMAKE_FIND_ROOT_PATH ${SCRIM_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Its own files only; and with the -I of /usr/include, which pkg-config leaves out where it is the machine's own.
set(ENV{PKG_CONFIG_LIBDIR} ${SCRIM_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${SCRIM_SYSROOT}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${SCRIM_SYSROOT})
set(ENV{PKG_CONFIG_ALLOW_SYSTEM_CFLAGS} 1)
