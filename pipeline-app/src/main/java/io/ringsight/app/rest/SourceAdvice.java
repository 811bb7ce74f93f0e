package io.ringsight.app.rest;

import io.ringsight.app.api.Status;
import io.ringsight.core.frame.GapReason;
import java.util.Arrays;

/**
 * The state of a source in words.
 *
 * @param meaning what it means
 * @param advice what to do; empty if nothing is to be done
 */
record SourceAdvice(String meaning, String advice) {
    private static final String PROBE = "try: ringsight probe URI, on this machine";

    static SourceAdvice of(String state) {
        if (state.equals(Status.LIVE)) {
            return new SourceAdvice("frames come", "");
        }
        if (state.equals(Status.PAUSED)) {
            return new SourceAdvice("somebody paused it", "resume it when it is to look again");
        }
        return Arrays.stream(GapReason.values())
                .filter(reason -> reason.wireName().equals(state))
                .findFirst()
                .map(reason -> new SourceAdvice(reason.sentence(), advice(reason)))
                .orElse(new SourceAdvice(state, ""));
    }

    private static String advice(GapReason reason) {
        return switch (reason) {
            case CONNECTING -> "wait a moment; if it stays so, " + PROBE;
            case DISCONNECTED, STALLED, LAGGING ->
                "look at the network between camera and machine; it is opened again by itself";
            case TIMED_OUT, UNREACHABLE -> "is the camera on, and its address right? " + PROBE;
            case REFUSED -> "is the port right, and RTSP switched on in the camera? " + PROBE;
            case NOT_FOUND -> "is the path in the URI right? " + PROBE;
            case AUTH_FAILED -> "put the camera's user and password into username and password of this source";
            case TLS_FAILED -> "put the authority of the camera's certificate into caFile of this source";
            case SERVER_ERROR -> "restart the camera; it may have too many viewers";
            case BUSY -> "close the other program that uses the device";
            case NO_PERMISSION -> "let the daemon's user read the device or file (USB cameras: group video)";
            case UNSUPPORTED -> "set the camera to H.264, H.265 or MJPEG";
            case IO_ERROR -> "the log says what failed";
            case FROZEN, TIME_STOPPED -> "restart the camera";
            case MOVED ->
                "turn the camera back, or write its zones, lines and calibration for what it sees now and reload";
            case BLACK -> "is the lens covered, or the light off?";
            default -> "";
        };
    }
}
