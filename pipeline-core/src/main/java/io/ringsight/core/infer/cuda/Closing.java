package io.ringsight.core.infer.cuda;

/** Closes several things, each of which is tried even when one before it failed. */
public final class Closing {
    private RuntimeException failure;

    /** Closes {@code resource}; null is allowed. */
    public Closing close(AutoCloseable resource) {
        if (resource == null) {
            return this;
        }
        try {
            resource.close();
        } catch (RuntimeException e) {
            add(e);
        } catch (Exception e) {
            add(new IllegalStateException(e));
        }
        return this;
    }

    private void add(RuntimeException e) {
        if (failure == null) {
            failure = e;
        } else {
            failure.addSuppressed(e);
        }
    }

    /** The first failure with the later ones, or null. */
    public RuntimeException failure() {
        return failure;
    }
}
