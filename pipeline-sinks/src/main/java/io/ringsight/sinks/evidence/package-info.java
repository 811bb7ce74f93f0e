/** Pictures of frames that matter, kept in a folder beside their messages, bounded by bytes and age. */
package io.ringsight.sinks.evidence;
