package io.ringsight.core;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Prints every skipped test with its reason, which Maven Surefire leaves out of its console. JUnit finds it by
 * {@code META-INF/services} in each module that has these test classes.
 */
public final class SkippedTests implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        print(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            print(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
        }
    }

    private static void print(TestIdentifier test, String reason) {
        System.out.println("SKIPPED " + test.getLegacyReportingName() + " of "
                + test.getUniqueId().replaceAll(".*\\[class:([^]]*)].*", "$1") + ": "
                + reason.replaceFirst("^Assumption failed: ", ""));
    }
}
