/** What passes the parameters of the session Kamelets through Camel unchanged. */
package dev.caravanserai.component.kamelet;
