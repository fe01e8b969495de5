/**
 * What REST in YAML cannot do: who is asking, routes without waiting threads, errors as problem
 * details, requests read and answers written as the contract says.
 */
package dev.caravanserai.http;
