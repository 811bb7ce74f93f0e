# Ringsight and a USB camera that stalls, is unplugged and comes back (io.ringsight.app.system.UsbCameraTest runs it):
# run-vm.sh DIR with this file as DIR/run.sh, beside it pipeline.yaml, whose messages go to /job/messages.jsonl, and
# classpath, the class path on the host. Writes what it did when, by the VM's clock, to /job/events.
VIDEO=/dev/video0
MESSAGES=/job/messages.jsonl
LIMIT=120 # seconds for each thing waited for; this machine is emulated

event() { echo "$1 $(date +%s%N)" >>/job/events; }
fail() { echo "FAIL $*"; tail -n 20 /job/daemon.log; kill -9 "$daemon" 2>/dev/null; exit 1; }
frames() { cat $MESSAGES 2>/dev/null | grep -c '"type":"frame"'; }
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
gap_after() { sed -n "$(($1 + 1)),\$p" $MESSAGES | grep -q "\"reason\":\"$2\""; }
lines() { wc -l <$MESSAGES; }
more_frames_than() { [ "$(frames)" -gt "$1" ]; }

v4l2-ctl -d $VIDEO -c percentage_of_dropped_buffers=0 # also loads the program before anything is timed
java -Xmx400m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dorg.bytedeco.javacpp.cachedir=/tmp/javacpp \
    -cp "$(sed 's,\(^\|:\)/tmp/,\1/host-tmp/,g' /job/classpath)" io.ringsight.app.Main run -c /job/pipeline.yaml >/job/daemon.log 2>&1 </dev/null &
daemon=$!
await "first frames" more_frames_than 5

event stall
v4l2-ctl -d $VIDEO -c percentage_of_dropped_buffers=100
event stalled
before=$(lines)
await "stall seen" gap_after "$before" stalled
v4l2-ctl -d $VIDEO -c percentage_of_dropped_buffers=0
count=$(frames)
await "frames after the stall" more_frames_than "$count"

event exposure # from now on the driver stamps the start of the exposure, before that the end of the frame
v4l2-ctl -d $VIDEO -c timestamp_source=1 || fail "cannot stamp the exposure"
count=$(frames)
await "frames stamped at the start of their exposure" more_frames_than $((count + 5))

event unplug
before=$(lines)
echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind || fail "cannot unplug"
await "camera gone" gap_after "$before" '\(not-found\|disconnected\|io-error\)'
sleep 3
event plug
echo vivid.0 >/sys/bus/platform/drivers/vivid/bind || fail "cannot plug"
count=$(frames)
await "frames after it was plugged in again" more_frames_than "$count"
event back

kill -TERM "$daemon"
wait "$daemon"
echo "daemon rc=$?" >>/job/daemon.log
event "end"
