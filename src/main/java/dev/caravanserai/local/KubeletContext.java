package dev.caravanserai.local;

import java.nio.file.Path;

/**
 * What a pod needs of its node.
 *
 * @param id marks the processes of this home
 * @param life the kubelet thread, which alone changes pods
 * @param streams the stream thread, which copies output
 */
record KubeletContext(
    ObjectStore store, Path home, String id, Sandbox sandbox, Pump life, Pump streams) {}
