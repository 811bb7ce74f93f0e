# the product's own V4L2 source against real drivers and faults: run by the Maven tests of tag v4l2, which put the
# class path into class-path.txt beside this job     (needs "setup.sh vm")
# /tmp is memory there, and reading many small files over 9p is slow: the class path is copied first
classpath=
n=0
while read -r entry; do
    n=$((n + 1))
    # the host's /tmp, where a checkout may lie, has another name here
    cp -r "${entry/#\/tmp\///host-tmp/}" "/tmp/cp$n" || exit 1
    classpath=$classpath:/tmp/cp$n
done </job/class-path.txt
exec timeout 700 java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m \
    -Dorg.bytedeco.javacpp.cachedir=/tmp/cache -cp "${classpath#:}" io.ringsight.sources.V4l2Scenario
