/** Files of lines that outlive a process that dies and a power cut. */
package io.ringsight.sinks.journal;
