/** What is measured of the operations of {@code pod:} and of what the watches tell. */
package dev.caravanserai.component.metrics;
