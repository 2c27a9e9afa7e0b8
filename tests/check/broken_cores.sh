#!/usr/bin/env bash
# One line of a core is changed in a copy, and `kmemlab explore --quick` by the program with that core has to find it,
# print the shortest sequence, and write it as a scenario that the changed program fails and this build's passes. Five
# kinds of mistakes for each system, as far as it has the thing:
#   interrupts   splimp is missing: an interrupt is let in where the lists are half changed (beos: the semaphore is not taken)
#   wake-up      somebody is not woken (beos: the semaphore is not given back; aix: nobody ever sleeps)
#   leak         a call that fails for want of memory keeps some (osf1: one that slept for memory forgets what it had)
#   carve        a page is cut one block too far
#   turn         whoever is woken in a semaphore's queue takes it, though it is not his turn (beos)
#
#   broken_cores.sh KMEMLAB SOURCE COMPILER OBJECTS_AND_LIBRARIES...
# CORES and KINDS in the environment pick some of them.
set -euo pipefail

original=$1 source=$2 compiler=$3
shift 3
link=("$@")
scratch=$(mktemp -d)
[ -n "${KEEP:-}" ] || trap 'rm -rf "$scratch"' EXIT

. "$source/tests/check/changed_core.sh"

# found CORE KIND BOUNDS FILE FROM TO: explore finds the mistake within these bounds, and one of the scenarios that it
# writes repeats it (a finding that needs a refused frame cannot be said in a scenario: another one must).
found() {
  local core=$1 kind=$2 at=$scratch/$1-$2 code=0 scenario repeated=
  mkdir -p "$at/out"
  changed "$at" "$core" "$4" "$5" "$6" "sim/scenario/${core}_driver"
  # shellcheck disable=SC2086
  "$at/kmemlab" explore "$core" --quick $3 --out "$at/out" >"$at/explore.txt" 2>&1 || code=$?
  [ "$code" = 4 ] || fail "$core, $kind: explore ended with exit code $code: $(tail -n 3 "$at/explore.txt")"
  for scenario in "$at"/out/*.json; do
    [ -r "$scenario" ] || fail "$core, $kind: no scenario was written"
    if "$original" run "$scenario" >"$at/good.txt" 2>&1 && ! "$at/kmemlab" run "$scenario" >"$at/bad.txt" 2>&1; then
      repeated=$scenario
      break
    fi
  done
  [ -n "$repeated" ] || fail "$core, $kind: no scenario fails with the broken program and passes with the good one"
  echo "$core, $kind: found, $(basename "$repeated") repeats it"
}

# All mistakes: core | kind | bounds | file | line | what it becomes
mistakes() {
  cat <<'EOF'
bsd386|interrupts|--run sizes|malloc.h|  const int level = m.splimp();|  const int level = m.splimp(); m.splx(level);
bsd386|wake-up|--run tasks --ops 4 --interrupts 0|free.h|    m.wakeup(State::type_channel(type));|
bsd386|leak|--run map|malloc.h|  switch (m.kmem_alloc(call.kmem)) {|  const Outcome got = m.kmem_alloc(call.kmem); if (got == Outcome::failed) { KmemCall lost; lost.bytes = s.page_bytes(); lost.wait = Wait::no_sleep; m.kmem_alloc(lost); } switch (got) {
bsd386|carve|--run sizes|malloc.h|  const Addr highest = page + (kb.kb_elmpercl - 1) * block;|  const Addr highest = page + kb.kb_elmpercl * block;
osf1|interrupts|--run sizes|malloc.h|    if (s.bucket[indx].kb_next) [[likely]]|    m.splx(level); if (s.bucket[indx].kb_next) [[likely]]
osf1|wake-up|--run tasks --ops 5 --interrupts 0|pool_thread.h|    m.wakeup(channel);|
osf1|leak|--run doorsteps --ops 4 --interrupts 0 --failures 0|malloc.h|    --kb.kb_waiting;|    --kb.kb_waiting; call.kmem = KmemCall{}; call.kmem.bytes = s.refill_bytes(indx);
osf1|carve|--run sizes|pool.h|    const Addr a = va + i * block;|    const Addr a = va + (i + 1) * block;
aix|interrupts|--run pins --interrupts 4|machine.h|  const int level = m.splimp();|  const int level = m.splimp(); m.splx(level);
aix|leak|--run long|page_frames.h|    unmap_again(m, s, g, p, i);|
aix|carve|--run sizes|xmalloc.h|  const std::uint32_t n = w.fragments(k);|  const std::uint32_t n = w.fragments(k) + 1;
beos|interrupts|--run tasks|malloc.h|  if (const detail::Turn turn = detail::take_sem(m, s, call, p->sem); turn|  if (const detail::Turn turn = detail::Turn::mine; turn
beos|wake-up|--run tasks|realloc.h|  m.release_sem(p->sem);|
beos|leak|--run races|pools.h|  m.delete_area(probe);|
beos|turn|--run tasks|machine.h|  if (reply.status != SemStatus::taken) [[unlikely]]|  if (reply.status != SemStatus::taken && !(reply.status == SemStatus::wait && call.phase == Phase::in_queue))
beos|carve|--run sizes|blocks.h|    const std::uint32_t n = p_.g.elements(b);|    const std::uint32_t n = p_.g.elements(b) + 1;
EOF
}

echo "aix, wake-up: nobody sleeps in these services, so there is no wake-up to lose"
failed=0
running=0
while IFS='|' read -r core kind bounds file from to; do
  [[ " ${CORES:-$core} " == *" $core "* && " ${KINDS:-$kind} " == *" $kind "* ]] || continue
  found "$core" "$kind" "$bounds" "$file" "$from" "$to" &
  running=$((running + 1))
  if [ "$running" -ge 2 ]; then
    wait -n || failed=1
    running=$((running - 1))
  fi
done < <(mistakes)
while [ "$running" -gt 0 ]; do
  wait -n || failed=1
  running=$((running - 1))
done
[ "$failed" = 0 ] || fail "not all broken cores were found"
echo "all were found"
