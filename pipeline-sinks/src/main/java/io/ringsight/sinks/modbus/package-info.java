/** Shakes hands with a programmable logic controller by Modbus TCP: triggers come from there, verdicts go there. */
package io.ringsight.sinks.modbus;
