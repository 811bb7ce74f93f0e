package io.ringsight.app.fuzz;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;

/** For Jazzer: whatever lies in a topic, the verifier goes on and counts nothing below zero. Records end at a line's end. */
public final class MessageFuzzTarget {
    private MessageFuzzTarget() {}

    public static void fuzzerTestOneInput(byte[] data) {
        TopicVerifier verifier = new TopicVerifier();
        int start = 0;
        for (int i = 0; i <= data.length; i++) {
            if (i == data.length || data[i] == '\n') {
                verifier.add(java.util.Arrays.copyOfRange(data, start, i));
                start = i + 1;
            }
        }
        Findings findings = verifier.findings();
        if (findings.frames() < 0 || findings.duplicates() < 0 || findings.unaccounted() < 0) {
            throw new IllegalStateException("counted below zero: " + findings);
        }
    }
}
