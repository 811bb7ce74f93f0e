package io.ringsight.core.analyse.track;

import io.ringsight.core.analyse.track.TrackScores.Box;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.detect.Detections;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Six lanes seen from a bridge, three towards the camera and three away from it: where each vehicle is in the picture, and
 * what a detector makes of it, with misses, boxes that are off, doubts, false alarms and what hides behind others.
 */
final class RoadTraffic {
    private static final int LANES = 6;
    private static final double LANE_M = 3.5;
    private static final double NEAR_M = 18;
    private static final double FAR_M = 110;
    private static final double CAMERA_HEIGHT_M = 9;
    private static final double FOCAL_PX = 1_100;
    private static final double CENTRE_PX = 960;
    private static final double HORIZON_PX = 60;
    private static final double MIN_GAP_M = 9;
    private static final int CAR = 2;
    private static final int TRUCK = 7;

    private static final class Vehicle {
        private long id;
        private double atM;
        private double speed;
        private double drivenMs;
        private double widthM;
        private double heightM;
        private double lengthM;
        private int classId;
    }

    private final Random random;
    private final List<List<Vehicle>> lanes = new ArrayList<>();
    private long lastId;

    RoadTraffic(long seed) {
        random = new Random(seed);
        for (int lane = 0; lane < LANES; lane++) {
            lanes.add(new ArrayList<>());
        }
    }

    /** Time passes: vehicles drive, keep their distance, leave and come. */
    void drive(double seconds) {
        for (List<Vehicle> lane : lanes) {
            Vehicle leader = null;
            for (Vehicle vehicle : lane) {
                double wanted = vehicle.atM + vehicle.speed * seconds;
                double limit = leader == null ? Double.MAX_VALUE : leader.atM - leader.lengthM - MIN_GAP_M;
                double next = Math.max(vehicle.atM, Math.min(wanted, limit));
                vehicle.drivenMs = (next - vehicle.atM) / seconds;
                vehicle.atM = next;
                leader = vehicle;
            }
            lane.removeIf(vehicle -> vehicle.atM > FAR_M - NEAR_M);
            boolean isFree = leader == null || leader.atM > leader.lengthM + 2 * MIN_GAP_M;
            if (isFree && random.nextDouble() < seconds / 3) {
                lane.add(arriving());
            }
        }
    }

    private Vehicle arriving() {
        Vehicle vehicle = new Vehicle();
        boolean isTruck = random.nextInt(6) == 0;
        vehicle.id = ++lastId;
        vehicle.speed = (isTruck ? 14 : 18) + 10 * random.nextDouble();
        vehicle.widthM = isTruck ? 2.5 : 1.8;
        vehicle.heightM = isTruck ? 3.4 : 1.5;
        vehicle.lengthM = isTruck ? 9 : 4.4;
        vehicle.classId = isTruck ? TRUCK : CAR;
        return vehicle;
    }

    /** A camera's calibration by four places on the road: of pictures of 1920 by 1080. */
    static Calibration calibration() {
        List<Calibration.Point> points = new ArrayList<>();
        for (double awayM : new double[] {NEAR_M, FAR_M}) {
            for (double acrossM : new double[] {-8, 8}) {
                double scale = FOCAL_PX / awayM;
                Zone.Point at = new Zone.Point(
                        (CENTRE_PX + acrossM * scale) / 1_920, (HORIZON_PX + CAMERA_HEIGHT_M * scale) / 1_080);
                points.add(new Calibration.Point(at, new Calibration.Metres(acrossM, awayM)));
            }
        }
        return new Calibration(points);
    }

    /** How fast each vehicle was in the last step, km/h. */
    Map<Long, Double> speeds() {
        Map<Long, Double> speeds = new HashMap<>();
        lanes.forEach(lane -> lane.forEach(vehicle -> speeds.put(vehicle.id, 3.6 * vehicle.drivenMs)));
        return speeds;
    }

    /** What the picture shows now, the nearest first. */
    List<Box> truth() {
        List<Box> boxes = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            for (Vehicle vehicle : lanes.get(lane)) {
                boxes.add(box(vehicle, lane));
            }
        }
        boxes.sort(Comparator.comparingDouble(box -> -(box.top() + box.height())));
        return boxes;
    }

    /** By the pinhole camera, which looks level: what is Z metres away and h below it is f h / Z under the horizon. */
    private static Box box(Vehicle vehicle, int lane) {
        double nearEnd = lane < LANES / 2 ? FAR_M - vehicle.atM : NEAR_M + vehicle.atM;
        double scale = FOCAL_PX / nearEnd;
        double left = CENTRE_PX + ((lane - (LANES - 1) / 2.0) * LANE_M - vehicle.widthM / 2) * scale;
        double bottom = HORIZON_PX + CAMERA_HEIGHT_M * scale;
        double top = HORIZON_PX + (CAMERA_HEIGHT_M - vehicle.heightM) * FOCAL_PX / (nearEnd + vehicle.lengthM);
        return new Box(vehicle.id, left, top, vehicle.widthM * scale, bottom - top);
    }

    /** What a detector says of {@code truth}. */
    void detect(List<Box> truth, Detections into) {
        into.clear();
        for (int i = 0; i < truth.size(); i++) {
            double hidden = hidden(truth, i);
            if (hidden < 0.7 && random.nextInt(100) >= 3) {
                found(truth.get(i), hidden, into);
            }
        }
        if (random.nextInt(5) == 0) {
            into.add(random.nextInt(1_800), 200 + random.nextInt(700), 80, 60, 0.2f + 0.5f * random.nextFloat(), CAR);
        }
    }

    /** The share of a box that nearer ones cover: the largest of them. */
    private static double hidden(List<Box> truth, int index) {
        Box box = truth.get(index);
        double hidden = 0;
        for (Box nearer : truth.subList(0, index)) {
            double across = Math.min(box.left() + box.width(), nearer.left() + nearer.width())
                    - Math.max(box.left(), nearer.left());
            double down = Math.min(box.top() + box.height(), nearer.top() + nearer.height())
                    - Math.max(box.top(), nearer.top());
            hidden = Math.max(hidden, Math.max(0, across) * Math.max(0, down) / (box.width() * box.height()));
        }
        return hidden;
    }

    private void found(Box box, double hidden, Detections into) {
        double off = 0.03 * Math.sqrt(box.width() * box.height());
        double confidence = Math.max(0.15, Math.min(0.95, 0.8 - 0.7 * hidden + 0.1 * random.nextGaussian()));
        into.add(
                (float) (box.left() + off * random.nextGaussian()),
                (float) (box.top() + off * random.nextGaussian()),
                (float) (box.width() + off * random.nextGaussian()),
                (float) (box.height() + off * random.nextGaussian()),
                (float) confidence,
                random.nextInt(20) == 0 ? TRUCK : CAR);
    }
}
