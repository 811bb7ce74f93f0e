package io.ringsight.sinks.spool;

/**
 * Bytes of a file that are no record.
 *
 * @param position where they begin
 * @param bytes how many
 * @param head what the record's head says, if that is whole; else null
 * @param isTorn whether a write that never ended explains them, at the end of the last file
 */
record Damage(long position, long bytes, SpoolFormat.Head head, boolean isTorn) {}
