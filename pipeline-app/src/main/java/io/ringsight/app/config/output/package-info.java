/** Reads how results leave: what sinks have in common, and brokers that also triggers name. */
package io.ringsight.app.config.output;
