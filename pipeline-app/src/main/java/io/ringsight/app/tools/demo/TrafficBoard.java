package io.ringsight.app.tools.demo;

import io.ringsight.client.Detection;
import io.ringsight.client.FrameMessage;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What crossed which line in which direction, and how fast, as the frames' messages say. One thread. */
final class TrafficBoard {
    /**
     * Crossings of a line in one direction.
     *
     * @param count how many
     * @param known of how many the speed is known
     * @param sumKmh the sum of those
     */
    record Flow(long count, long known, double sumKmh) {
        static final Flow NONE = new Flow(0, 0, 0);

        Flow with(Optional<Detection.Speed> speed) {
            double kmh = speed.map(Detection.Speed::kmh).orElse(0.0);
            return new Flow(count + 1, known + (speed.isPresent() ? 1 : 0), sumKmh + kmh);
        }
    }

    /** Of a line in its two directions. */
    record Flows(Flow forward, Flow backward) {}

    private final Map<String, Flows> lines = new TreeMap<>();
    private final Set<String> tracks = new HashSet<>();
    private Flow all = Flow.NONE;

    void add(FrameMessage frame) {
        for (Detection object : frame.objects()) {
            object.track().ifPresent(track -> tracks.add(track.id()));
            Optional<Detection.Speed> speed = object.track().flatMap(Detection.Track::speed);
            for (Detection.Crossing crossing : object.crossings()) {
                Flows flows = lines.getOrDefault(crossing.line(), new Flows(Flow.NONE, Flow.NONE));
                lines.put(
                        crossing.line(),
                        crossing.direction().equals("forward")
                                ? new Flows(flows.forward.with(speed), flows.backward)
                                : new Flows(flows.forward, flows.backward.with(speed)));
                all = all.with(speed);
            }
        }
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** By name. */
    Map<String, Flows> lines() {
        return lines;
    }

    /** Objects that were followed. */
    int vehicles() {
        return tracks.size();
    }

    long crossings() {
        return all.count;
    }

    /** Of all crossings whose speed is known; NaN where there is none. */
    double meanKmh() {
        return all.sumKmh / all.known;
    }
}
