package io.ringsight.app.api;

import java.util.List;

/** {@code /live} and {@code /ready}, for whatever starts and watches the daemon. */
public final class HealthPages {
    private HealthPages() {}

    /** The process answers. */
    public static Page live() {
        return () -> Page.Answer.text(200, "live\n");
    }

    /** 200 when frames become messages; else 503 and why not, one line each. */
    public static Page ready(Status status) {
        return () -> {
            List<String> reasons = status.notReady();
            return reasons.isEmpty()
                    ? Page.Answer.text(200, "ready\n")
                    : Page.Answer.text(503, "not ready\n" + String.join("\n", reasons) + "\n");
        };
    }
}
