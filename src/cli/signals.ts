/** Signals to this process, from before anything is started: none of them may find nobody listening. */
export interface Signals {
  /** Aborted by the first SIGTERM or SIGINT; its reason is the signal's name. A second one ends the process at once. */
  readonly stop: AbortSignal;
  /** What SIGHUP does; one that came before is made up for. */
  onReload(reload: () => void): void;
}

export function listenForSignals(): Signals {
  const stopping = new AbortController();
  let reload: (() => void) | undefined;
  let missed = false;
  const onStop = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort(signal);
  };
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  process.on("SIGHUP", () => {
    if (reload === undefined) missed = true;
    else reload();
  });
  return {
    stop: stopping.signal,
    onReload: (action) => {
      reload = action;
      if (missed) action();
    },
  };
}
