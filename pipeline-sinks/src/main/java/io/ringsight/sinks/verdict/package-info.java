/** Verdicts on their way to the sinks: kept on the disk before anybody can act on them. */
package io.ringsight.sinks.verdict;
