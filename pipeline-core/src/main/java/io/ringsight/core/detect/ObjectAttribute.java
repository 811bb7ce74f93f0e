package io.ringsight.core.detect;

import io.ringsight.core.model.ModelSpec;
import java.util.Arrays;

/**
 * What a second model says of the objects of one frame, by their index in the frame's {@link Detections}: of each object it
 * was to look at, what it found in the square around it, or why nothing is known. Made once for a ring's slot; grows to the
 * most objects there ever were.
 *
 * <p>Fails safe: an object that it was to look at counts as {@link State#FAILED} until its result is read.
 *
 * <p><b>Threads.</b> Owned by the stages of the second models, one after the other; read-only behind them.
 */
public final class ObjectAttribute {
    /** The most boxes of a detector that are told of one object. */
    public static final int MAX_BOXES = 8;

    /** What is known of an object. */
    public enum State {
        /** Its class is none that the model looks at. */
        UNWANTED(null),
        /** The model looked at it. */
        KNOWN(null),
        /** The model was unsure, or found nothing it is sure of to say what the object is. */
        UNSURE("unsure"),
        /** There were more objects than the model looks at in a frame. */
        LEFT_OUT("limit"),
        /** Preparing it, computing, or reading the result failed. */
        FAILED("failed");

        private final String reason;

        State(String reason) {
            this.reason = reason;
        }

        /** Why nothing is known, in messages; null where it is, or is not to be. */
        public String reason() {
            return reason;
        }
    }

    private final String name;
    private final Detections found;
    private State[] states = new State[Detections.DEFAULT_CAPACITY];
    private int[] first = new int[Detections.DEFAULT_CAPACITY];
    private int[] count = new int[Detections.DEFAULT_CAPACITY];
    private int size;
    private int again;
    private ModelSpec model;
    private String backend;

    /**
     * @param name in messages
     * @param maxObjects the most objects of a frame it looks at
     */
    public ObjectAttribute(String name, int maxObjects) {
        this.name = name;
        found = new Detections(maxObjects * MAX_BOXES);
    }

    /** Its name in messages. */
    public String name() {
        return name;
    }

    /** A new frame, of so many objects, which nobody is to look at yet. */
    public void begin(int objects) {
        if (objects > states.length) {
            states = new State[objects];
            first = new int[objects];
            count = new int[objects];
        }
        Arrays.fill(states, 0, objects, State.UNWANTED);
        size = objects;
        again = 0;
        model = null;
        found.clear();
    }

    /** Notes what is known of an object, other than what {@link #found} says. */
    public void state(int object, State state) {
        states[object] = state;
    }

    /**
     * The frame's objects are computed again, by another model or device that took the place of the one before: what that
     * said is forgotten, where this was not noted yet.
     *
     * @param times how often they began again
     */
    public void again(int times) {
        if (times != again) {
            again = times;
            found.clear();
            for (int i = 0; i < size; i++) {
                boolean isComputed = states[i] == State.KNOWN || states[i] == State.UNSURE;
                states[i] = isComputed ? State.FAILED : states[i];
            }
        }
    }

    /**
     * Adds what {@code computed} found in an object: the first of {@code boxes}, in pixels of the whole picture.
     *
     * @param device the name of the backend that ran it
     */
    public void found(int object, ModelSpec computed, String device, Detections boxes) {
        model = computed;
        backend = device;
        first[object] = found.size();
        for (int i = 0; i < Math.min(MAX_BOXES, boxes.size()); i++) {
            found.add(
                    boxes.left(i),
                    boxes.top(i),
                    boxes.width(i),
                    boxes.height(i),
                    boxes.confidence(i),
                    boxes.classId(i));
        }
        count[object] = found.size() - first[object];
        boolean isSilent = count[object] == 0 && model.output().head().isClassifier();
        states[object] = isSilent ? State.UNSURE : State.KNOWN;
    }

    /** What is known of an object; {@link State#FAILED} if nobody even asked. */
    public State state(int object) {
        return object < size ? states[object] : State.FAILED;
    }

    /** How many objects are in that state. */
    public int count(State state) {
        int inState = 0;
        for (int i = 0; i < size; i++) {
            inState += states[i] == state ? 1 : 0;
        }
        return inState;
    }

    /** What computed what is known; null where nothing is. */
    public ModelSpec model() {
        return model;
    }

    /** The name of what ran it. */
    public String backend() {
        return backend;
    }

    /** Of a known object, the index in {@link #found()} of what was found first. */
    public int first(int object) {
        return first[object];
    }

    /** Of a known object, how much was found: one class of a classifier, any number of boxes of a detector. */
    public int count(int object) {
        return count[object];
    }

    /** What was found in all objects. */
    public Detections found() {
        return found;
    }

    /** Forgets all: nothing is known of any object. */
    public void clear() {
        size = 0;
        model = null;
        found.clear();
    }
}
