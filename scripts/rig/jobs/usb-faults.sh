# Ringsight and USB cameras with every fault the driver can make (scripts/faults 20-22 runs it): run-vm.sh DIR with this
# file as DIR/run.sh, beside it pipeline.yaml and classpath (as this machine sees it). The daemon publishes to a broker
# of the host and to /job/messages.jsonl; what was done when, by this machine's clock, goes to /job/events.
MESSAGES=/job/messages.jsonl
LIMIT=90 # seconds for each thing waited for; this machine is emulated
FIRST=/dev/video0
SECOND=/dev/video1

event() { echo "$1 $(date +%s.%N)" >>/job/events; }
fail() { echo "FAIL $*"; tail -n 20 /job/daemon.log; kill -9 "$daemon" 2>/dev/null; exit 1; }
await() { # WHAT COMMAND...
    local what=$1
    shift
    for _ in $(seq $((LIMIT * 5))); do
        "$@" && return
        kill -0 "$daemon" 2>/dev/null || fail "the daemon ended before: $what"
        sleep 0.2
    done
    fail "not within $LIMIT s: $what"
}
lines() { cat $MESSAGES 2>/dev/null | wc -l; }
after() { sed -n "$(($1 + 1)),\$p" $MESSAGES 2>/dev/null; }
gap_after() { after "$1" | grep "\"sourceId\":\"$2\"" | grep -q "\"reason\":\"$3\""; }
frame_after() { after "$1" | grep '"type":"frame"' | grep -q "\"sourceId\":\"$2\""; }
# scene NAME SOURCE REASON HOW CURE: makes a fault, awaits its gap message, cures it, awaits frames
scene() {
    local before
    before=$(lines)
    event "$1.begin"
    eval "$4" || fail "cannot make $1"
    event "$1.made" # on this machine a command alone takes a second
    await "$1: $3" gap_after "$before" "$2" "$3"
    sleep 1
    before=$(lines)
    event "$1.heal"
    eval "$5" || fail "cannot heal $1"
    await "$1: frames again" frame_after "$before" "$2"
    event "$1.end"
}
control() { v4l2-ctl -d "$1" -c "$2"; }

ip addr add 10.0.2.15/24 dev eth0 && ip link set eth0 up
control $FIRST percentage_of_dropped_buffers=0 # also loads the program before anything is timed
v4l2-ctl -d $SECOND --stream-mmap=3 >/dev/null 2>&1 &
reader=$!
chmod 666 $FIRST $SECOND
# a user without root's right to open everything
setpriv --reuid=1000 --regid=1000 --clear-groups \
    java -Xmx400m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dorg.bytedeco.javacpp.cachedir=/tmp/javacpp -Duser.home=/tmp \
    -cp "$(cat /job/classpath)" io.ringsight.app.Main run -c /job/pipeline.yaml >/job/daemon.log 2>&1 </dev/null &
daemon=$!
event start
await "first camera" frame_after 0 first
await "second camera busy" gap_after 0 second busy
await "third camera missing" gap_after 0 missing not-found
event busy.heal
before=$(lines)
kill $reader
await "second camera free" frame_after "$before" second
event busy.end
scene stall first stalled "control $FIRST percentage_of_dropped_buffers=100" "control $FIRST percentage_of_dropped_buffers=0"
scene io-error second '\(io-error\|disconnected\|stalled\)' "control $SECOND inject_fatal_streaming_error=1" true
scene permission second no-permission "chmod 0 $SECOND; control $SECOND inject_fatal_streaming_error=1" "chmod 666 $SECOND"
scene unplug first '\(not-found\|disconnected\|io-error\)' \
    'echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind' \
    "echo vivid.0 >/sys/bus/platform/drivers/vivid/bind; sleep 0.2; chmod 666 $FIRST"
# the clock set forward and back, as a wrong time server does: frames go on
for step in '+1 hour' '-1 hour'; do
    before=$(lines)
    date -s "$step" >/dev/null
    await "frames after the clock's step $step" frame_after "$((before + 5))" first
done
event clock.end
kill -TERM "$daemon"
wait "$daemon"
status=$?
event "end"
exit $status
