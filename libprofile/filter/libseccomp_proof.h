// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "libprofile/filter/compiler.h"
#include "libprofile/policy/table.h"

// Whether libseccomp, through which other runtimes compile, makes of a policy what it means.
namespace scrim::filter {

// False if it is hardly ever wrong: all rules of a call compare with EQ or MASKED_EQ and decide the same, or
// it has one rule with whatever operators. Wrong were, with libseccomp 2.5.4, 29 of 300 sets of several rules
// that compare one argument with all operators, 46 % of those that compare three, and 29 % of those with EQ
// and MASKED_EQ only whose actions differ: there it does not take the first rule that holds. True as well
// where an ABI has rules for socketcall(2) or ipc(2) and no unconditional one for a call with a number of its
// own (its filter may compare the architecture with the numbers), for masks of 0, and where a rule denies a
// call that others pass to (policy::Subcalls). prove_libseccomp() knows for certain.
[[nodiscard]] bool libseccomp_may_be_wrong(const policy::Table& table);

// Compiles the rules of calls whose arguments are compared with libseccomp as runc does, all architectures in
// one filter, as a list (before runc 1.2, crun) and, where runc since 1.2 does so, as a tree, and verifies
// the result against the policy. The stub for calls newer than the profile, which runc puts in front, is not
// libseccomp's and left out. In a child process of its own that cannot outlive its CPU time
// (PR_SET_PDEATHSIG: of this thread).
//
// Throws Error with the rule's place in the file if libseccomp gets it wrong, refuses it, needs more than
// `limit`, or if the comparison does not come to an end; the message says what to write instead.
void prove_libseccomp(const policy::Policy& policy, std::chrono::seconds limit = Compilation::cpu_limit);

}  // namespace scrim::filter
