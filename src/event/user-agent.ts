/** What a user agent says of itself; `Other` where it is not known. */
export interface UserAgent {
  readonly name: string;
  readonly version: string | undefined;
  readonly device: string;
  readonly osName: string | undefined;
  readonly osVersion: string | undefined;
}

/**
 * Reads a user agent as far as rules over CloudTrail ask: the AWS tools (aws-cli, Boto3, aws-sdk-*), the usual browsers,
 * and the operating systems they run on. Everything else is `Other`.
 */
export function parseUserAgent(whole: string): UserAgent {
  const text = whole.slice(0, MAX_LENGTH);
  const agent = AGENTS.find(({ pattern }) => pattern.test(text));
  const [, first = "", second] = agent?.pattern.exec(text) ?? [];
  const os = SYSTEMS.find(({ pattern }) => pattern.test(text));
  const osVersion = os?.pattern.exec(text)?.[1]?.replaceAll("_", ".");
  return {
    name: agent === undefined ? "Other" : (agent.name ?? first),
    version: agent === undefined ? undefined : agent.name === undefined ? second : first,
    device: DEVICES.find(({ pattern }) => pattern.test(text))?.name ?? "Other",
    osName: os?.name,
    osVersion: osVersion === "" ? undefined : osVersion,
  };
}

/** Anybody may send a user agent of any length; what names the agent is at its beginning. */
const MAX_LENGTH = 1000;

/** First that fits; without a name the first group is the name and the second the version. */
const AGENTS: readonly { readonly name?: string; readonly pattern: RegExp }[] = [
  {
    pattern:
      /\b(Boto3?|aws-(?:cli|sdk-(?:cpp|go|java|nodejs|php|ruby[23]?|rust|dotnet-[\w]+))|s3fs)\/v?([\d.]*\d)/,
  },
  { name: "Edge", pattern: /\bEdge?(?:A|iOS)?\/([\d.]*\d)/ },
  { name: "Opera", pattern: /\bOPR\/([\d.]*\d)/ },
  { name: "Firefox", pattern: /\bFirefox\/([\d.]*\d)/ },
  { name: "Chrome", pattern: /\bChrome\/([\d.]*\d)/ },
  { name: "Safari", pattern: /\bVersion\/([\d.]*\d).* Safari\// },
  { name: "curl", pattern: /\bcurl\/([\d.]*\d)/ },
  { name: "Python Requests", pattern: /\bpython-requests\/([\d.]*\d)/ },
  { name: "Go-http-client", pattern: /\bGo-http-client\/([\d.]*\d)/ },
];

const SYSTEMS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "iOS", pattern: /\b(?:iPhone|iPad)\b.*? OS (\d[\d_.]*)/ },
  { name: "Android", pattern: /\bAndroid[ /-](\d[\d.]*)/ },
  { name: "Windows", pattern: /\bWindows(?: NT|_NT-|\/)? ?(\d[\d.]*)?/i },
  { name: "Mac OS X", pattern: /\b(?:Mac OS X|Darwin\/|macos[/#]|macOS\/?) ?(\d[\d_.]*)?/i },
  { name: "Linux", pattern: /\bLinux\b[ /#]?(\d+(?:\.\d+)*)?/i },
];

const DEVICES: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "iPhone", pattern: /\biPhone\b/ },
  { name: "iPad", pattern: /\biPad\b/ },
  // The library that Elastic uses takes the "bot" of botocore for a spider's; rules were written against that.
  { name: "Spider", pattern: /\bbotocore\//i },
  { name: "Mac", pattern: /\bMac OS X\b|\bDarwin\// },
];
