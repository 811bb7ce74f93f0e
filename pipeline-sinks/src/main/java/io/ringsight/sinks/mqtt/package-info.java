/** Publishes messages to an MQTT broker, and takes what others publish there. */
package io.ringsight.sinks.mqtt;
