package io.ringsight.core.time;

/** Which clock said when the light hit the sensor. */
public enum CaptureClock {
    /** The camera's own clock, carried by an RTCP sender report. */
    RTCP_SR("rtcp-sr"),
    /** The capture driver's time stamp of the buffer (V4L2). */
    DEVICE("device"),
    /** Nobody said: the host's clock when the first byte of the frame was there. */
    ARRIVAL("arrival"),
    /** A recording: the file's own time line, from its start as the user or the file says it. */
    FILE("file");

    private final String wireName;

    CaptureClock(String wireName) {
        this.wireName = wireName;
    }

    /** The name in messages and metrics. */
    public String wireName() {
        return wireName;
    }
}
