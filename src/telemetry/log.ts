import winston from "winston";

export type LogLevel = "error" | "warn" | "info" | "debug";

/** A sentence for the message, data in the fields; never a document, never a secret, never once per event. */
export interface Log {
  readonly error: LogMethod;
  readonly warn: LogMethod;
  readonly info: LogMethod;
  readonly debug: LogMethod;
}

export type LogMethod = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface LogOptions {
  readonly level: LogLevel;
  /** auto: text where a person reads stderr, else JSON. */
  readonly format: "auto" | "json" | "text";
}

/** Logs to stderr: stdout is for data. */
export function createLog(options: LogOptions): Log {
  const { combine, timestamp, json, printf } = winston.format;
  const text = printf((entry) => {
    const { level, message, timestamp: time, ...fields } = entry;
    const rest = Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(fields)}`;
    return `${String(time)} ${level} ${String(message)}${rest}`;
  });
  const toStderr = new winston.transports.Stream({ stream: process.stderr });
  const asText = options.format === "text" || (options.format === "auto" && process.stderr.isTTY);
  const logger = winston.createLogger({
    level: options.level,
    format: combine(timestamp(), asText ? text : json()),
    // winston's own transport; its types come by two paths that the compiler takes for two classes.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    transports: [toStderr],
  });
  const at =
    (level: LogLevel): LogMethod =>
    (message, fields) => {
      // winston formats even what it then drops: ask first.
      if (logger.isLevelEnabled(level)) logger.log(level, message, fields ?? {});
    };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}
