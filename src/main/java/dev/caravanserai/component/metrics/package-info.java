/** Metrics of the operations of {@code pod:} and of the session index. */
package dev.caravanserai.component.metrics;
