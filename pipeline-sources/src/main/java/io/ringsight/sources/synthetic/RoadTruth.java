package io.ringsight.sources.synthetic;

import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SyntheticSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * Which vehicles are on a {@code synthetic:road}, where and how fast: its own copy of the scene, so it may be asked while, before or
 * after the source runs. One thread.
 */
public final class RoadTruth {
    private static final double NS_PER_S = 1e9;
    private static final double KMH = 3.6;

    private final SyntheticSettings settings;
    private final RoadCamera camera;
    private final RoadPaths paths;
    private final RoadView view;

    /** In pixels; it may reach over the picture's border. */
    public record Box(double left, double top, double width, double height) {}

    /**
     * One vehicle.
     *
     * @param id which it is: no other has it
     * @param lane from 0 at the left; 6 and 7 are the shoulders at the left and right
     * @param kind what it is
     * @param isComing whether it moves towards the camera
     * @param awayM how far its nearer end is from the camera, along the road
     * @param kmh how fast it is
     * @param box where it is in the picture
     * @param hidden the share of the box that cannot be seen
     */
    public record Vehicle(
            long id, int lane, RoadClass kind, boolean isComing, double awayM, double kmh, Box box, double hidden) {}

    /** @throws IllegalArgumentException if the source is no road */
    public RoadTruth(SourceSpec.Synthetic spec) {
        settings = SyntheticSettings.of(spec);
        if (settings.scene() != SyntheticSettings.SceneKind.ROAD) {
            throw new IllegalArgumentException("no road: " + spec);
        }
        camera = new RoadCamera(settings.width(), settings.height());
        paths = new RoadPaths(settings.seed());
        view = new RoadView(paths, camera, settings.width(), settings.height());
    }

    /** The vehicles in frame {@code frame}, counted from 0: the farthest first. Those that are wholly hidden are among them. */
    public List<Vehicle> vehicles(long frame) {
        paths.at(settings.ptsNs(frame) / NS_PER_S);
        view.look();
        List<Vehicle> vehicles = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            Box box = new Box(
                    view.side(i, 0),
                    view.side(i, 1),
                    view.side(i, 2) - view.side(i, 0),
                    view.side(i, 3) - view.side(i, 1));
            int lane = paths.lane(i);
            vehicles.add(new Vehicle(
                    paths.id(i),
                    lane,
                    paths.kind(i),
                    RoadPaths.comes(lane),
                    paths.awayM(i),
                    KMH * paths.speedMs(i),
                    box,
                    view.hidden(i)));
        }
        return vehicles;
    }

    /** How far across the picture a place on the road is, as a fraction of its width; metres right of the camera, and away. */
    public double across(double acrossM, double awayM) {
        return camera.x(acrossM, awayM) / settings.width();
    }

    /** How far down the picture the road is that is so many metres away, as a fraction of its height. */
    public double down(double awayM) {
        return camera.y(0, awayM) / settings.height();
    }
}
