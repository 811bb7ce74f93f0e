package io.ringsight.app.api;

import io.ringsight.app.http.Page;
import java.util.List;

/** {@code /live}, {@code /started} and {@code /ready}, for whatever starts and watches the daemon. */
public final class HealthPages {
    private HealthPages() {}

    /** The process answers. */
    public static Page live() {
        return () -> Page.Answer.text(200, "live\n");
    }

    /** 200 once everything was started, for good; else 503 and what is being done. */
    public static Page started(Status status) {
        return () -> answer("started", status.notStarted());
    }

    /** 200 when frames become messages; else 503 and why not, one line each. */
    public static Page ready(Status status) {
        return () -> answer("ready", status.notReady());
    }

    private static Page.Answer answer(String word, List<String> reasons) {
        return reasons.isEmpty()
                ? Page.Answer.text(200, word + "\n")
                : Page.Answer.text(503, "not " + word + "\n" + String.join("\n", reasons) + "\n");
    }
}
