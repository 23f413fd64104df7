#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# direct_limits.sh with runc carrying everything out.
# shellcheck disable=SC2034 # read there
delegate_to=/usr/sbin/runc
source "$(dirname "$0")/direct_limits.sh"
