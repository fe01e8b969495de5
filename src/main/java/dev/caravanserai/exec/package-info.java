/** Commands in containers: supervision, time-outs, ending for certain, output. */
package dev.caravanserai.exec;
