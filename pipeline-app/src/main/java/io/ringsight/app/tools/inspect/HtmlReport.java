package io.ringsight.app.tools.inspect;

import io.ringsight.app.cli.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** An inspection as one page that needs nothing else: its figures as JSON, its styles and its script are all in it. */
final class HtmlReport {
    private static final String TEMPLATE = "report.html";
    private static final String TITLE = "@TITLE@";
    private static final String DATA = "@DATA@";

    private final Inspection inspection;

    HtmlReport(Inspection inspection) {
        this.inspection = inspection;
    }

    String page() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
            String template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            // A name in the file may hold anything, but must not end the script element it stands in.
            String data = JsonObject.of(inspection.fields()).replace("<", "\\u003c");
            return template.replace(TITLE, text(inspection.model().name())).replace(DATA, data);
        }
    }

    private static String text(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
