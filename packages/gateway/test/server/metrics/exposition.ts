/** One line of the Prometheus text format. */
export interface Sample {
  /** Name of the metric it belongs to: of a histogram, without `_bucket`, `_sum`, `_count`. */
  readonly family: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  readonly families: ReadonlyMap<string, { readonly help: string; readonly type: string }>;
  readonly samples: readonly Sample[];
}

const sampleLine = /^([a-z_]+)(?:\{([^}]*)\})? (\S+)$/;

/** Parses strictly: every line belongs to a family that was declared before it. */
export function parseExposition(text: string): Exposition {
  const families = new Map<string, { help: string; type: string }>();
  const samples: Sample[] = [];
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') families.set(name, { help: rest, type: '' });
    else if (keyword === 'TYPE') families.get(name)!.type = rest;
    else samples.push(parseSample(line, families));
  }
  return { families, samples };
}

function parseSample(line: string, families: Exposition['families']): Sample {
  const [, name = '', labels = '', value = ''] = sampleLine.exec(line) ?? [];
  const family = families.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
  if (!families.has(family) || Number.isNaN(Number(value)))
    throw new Error(`Not a sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [
    key,
    text,
  ]);
  return {
    family,
    name,
    labels: Object.fromEntries(pairs) as Record<string, string>,
    value: Number(value),
  };
}

/** The value of the one sample with this name and these labels. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = samples.filter(
    (sample) => sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels),
  );
  if (found.length !== 1) throw new Error(`Expected one sample ${name}, got ${found.length}.`);
  return found[0]!.value;
}
