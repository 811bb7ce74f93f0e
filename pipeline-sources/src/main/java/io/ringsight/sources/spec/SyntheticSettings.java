package io.ringsight.sources.spec;

import java.util.Locale;
import java.util.Map;

/**
 * What the URI of a synthetic source says, checked: {@code synthetic:pcb?width=640&height=640&fps=25&seed=1&frames=100}.
 * A road has {@code light=day|night}, too.
 *
 * @param scene what is seen
 * @param width picture width in pixels
 * @param height picture height in pixels
 * @param fps frames a second on the source's time line
 * @param paced whether frames come by that time line, as from a camera, or as fast as they are taken
 * @param seed which of the endlessly many scenes
 * @param frames after how many frames it ends; {@link #ENDLESS} for never
 * @param night whether it is dark
 */
public record SyntheticSettings(
        SceneKind scene, int width, int height, double fps, boolean paced, long seed, long frames, boolean night) {
    /** The value of {@link #frames} that means never. */
    public static final long ENDLESS = Long.MAX_VALUE;

    private static final int MIN_SIDE = 64;
    private static final int MAX_SIDE = 8192;
    private static final int DEFAULT_SIZE = 640;
    private static final int ROAD_HEIGHT = 360;
    private static final double DEFAULT_FPS = 25;
    private static final double MAX_FPS = 1000;
    private static final double MIN_FPS = 0.01;
    private static final double NS_A_SECOND = 1e9;

    /** What can be seen. */
    public enum SceneKind {
        /** Boards on a conveyor, with defects. */
        PCB,
        /** Moving boxes: load without meaning. */
        BOXES,
        /** Vehicles on six lanes. */
        ROAD
    }

    /**
     * Reads and checks them.
     *
     * @throws SourceSpecException with one sentence for people
     */
    public static SyntheticSettings of(SourceSpec.Synthetic spec) {
        SyntheticSettings settings = new SyntheticSettings(
                SceneKind.valueOf(spec.scene().toUpperCase(Locale.ROOT)),
                DEFAULT_SIZE,
                spec.scene().equals("road") ? ROAD_HEIGHT : DEFAULT_SIZE,
                DEFAULT_FPS,
                true,
                1,
                ENDLESS,
                false);
        for (Map.Entry<String, String> parameter : spec.parameters().entrySet()) {
            settings = settings.with(parameter.getKey(), parameter.getValue());
        }
        return settings;
    }

    private SyntheticSettings with(String key, String value) {
        switch (key) {
            case "width":
                return new SyntheticSettings(scene, size(key, value), height, fps, paced, seed, frames, night);
            case "height":
                return new SyntheticSettings(scene, width, size(key, value), fps, paced, seed, frames, night);
            case "fps":
                double rate = rate(value);
                return new SyntheticSettings(
                        scene, width, height, rate == 0 ? DEFAULT_FPS : rate, paced && rate != 0, seed, frames, night);
            case "pace":
                return new SyntheticSettings(scene, width, height, fps, isPaced(value) && paced, seed, frames, night);
            case "seed":
                return new SyntheticSettings(scene, width, height, fps, paced, whole(key, value, 0), frames, night);
            case "frames":
                return new SyntheticSettings(scene, width, height, fps, paced, seed, whole(key, value, 1), night);
            case "light":
                return new SyntheticSettings(scene, width, height, fps, paced, seed, frames, isNight(value));
            default:
                throw wrong("a synthetic source takes width, height, fps, pace, seed and frames"
                        + (scene == SceneKind.ROAD ? ", and a road light" : "") + ", got '" + key + "'");
        }
    }

    private boolean isNight(String value) {
        if (scene != SceneKind.ROAD) {
            throw wrong("light is for synthetic:road only, got light=" + value);
        }
        if (!value.equals("day") && !value.equals("night")) {
            throw wrong("light takes day or night, got '" + value + "'");
        }
        return value.equals("night");
    }

    private static int size(String key, String value) {
        long size = parsed(value);
        if (size < MIN_SIDE || size > MAX_SIDE) {
            throw wrong(key + " takes " + MIN_SIDE + " to " + MAX_SIDE + " pixels, got '" + value + "'");
        }
        return (int) size;
    }

    private static double rate(String value) {
        double rate = value.matches("[0-9]{1,5}(\\.[0-9]{1,6})?") ? Double.parseDouble(value) : -1;
        if (rate != 0 && !(rate >= MIN_FPS && rate <= MAX_FPS)) {
            throw wrong("fps takes " + MIN_FPS + " to " + (int) MAX_FPS + ", or 0 for as fast as possible, got '"
                    + value + "'");
        }
        return rate;
    }

    private static boolean isPaced(String value) {
        if (!value.equals("realtime") && !value.equals("asap")) {
            throw wrong("pace takes realtime or asap, got '" + value + "'");
        }
        return value.equals("realtime");
    }

    private static long whole(String key, String value, long least) {
        long number = parsed(value);
        if (number < least) {
            throw wrong(key + " takes a whole number from " + least + ", got '" + value + "'");
        }
        return number;
    }

    private static long parsed(String value) {
        return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
    }

    private static SourceSpecException wrong(String sentence) {
        return new SourceSpecException("uri", sentence);
    }

    /** When frame {@code frame} is taken, in nanoseconds after the first, number 0. */
    public long ptsNs(long frame) {
        return Math.round(frame * (NS_A_SECOND / fps));
    }

    /** The number of the frame whose {@link #ptsNs} this is. */
    public long frameAt(long ptsNs) {
        return Math.round(ptsNs * (fps / NS_A_SECOND));
    }
}
