// One line a test case for script/test, which counts them: PASS or FAIL, the file, the name.
import path from 'node:path';

const ran = new Map(); // file → names of the enclosing suites, by depth

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message.replace(/^(PASS|FAIL) /gm, ' $1 ');
      continue;
    }
    if (type === 'test:start') {
      const names = ran.get(data.file) ?? [];
      names[data.nesting] = data.name;
      ran.set(data.file, names);
      continue;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const file = data.file ? path.basename(data.file, '.test.mjs') : '';
    const suites = (ran.get(data.file) ?? []).slice(0, data.nesting);
    const name = [file, ...suites, data.name].join(' › ');
    const isSuite = data.details?.type === 'suite';
    const isWholeFile = data.file && data.name === data.file || data.name.endsWith('.test.mjs');
    if (type === 'test:pass') {
      if (isSuite || isWholeFile) continue;
      yield data.skip !== undefined ? `SKIP ${name}: ${data.skip}\n` : `PASS ${name}\n`;
      continue;
    }
    // A suite fails when one of its tests does, which has been said; its own hooks are another matter.
    const error = data.details?.error;
    if (error?.failureType === 'subtestsFailed') continue;
    const text = String(error?.cause?.stack ?? error?.cause ?? error);
    yield `FAIL ${name}\n${text.replace(/^/gm, '     ')}\n`;
  }
}
