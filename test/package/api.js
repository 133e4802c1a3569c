// Compares the public API with the reports in test/api, one for each entry. `npm run api` writes them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { entries, root } from './project.js';

/** Throws when the API of an entry has changed. It is read from `dist`. */
export function checkApi() {
  const changed = entries.filter((entry) => report(entry, false).apiReportChanged);
  if (changed.length > 0) {
    throw new Error(
      `The public API of ${changed.join(', ')} has changed. If it should, run npm run api, and commit test/api.`,
    );
  }
  console.log(`the public API of ${entries.length} entries is as test/api says`);
}

/** Writes the reports. */
export function writeApi() {
  entries.forEach((entry) => report(entry, true));
}

// No user names these. The first is what Nest makes for a module to extend, the second is what Backoff extends,
// and the rest only helps to write the types that use it.
const INNER = [
  'ConfigurableModuleClass',
  'GrowingDelay',
  'AtMostOneParameter',
  'ChangeableOptions',
  'EventOf',
  'InsideAnotherDecorator',
  'OptionsByKind',
];

function report(entry, localBuild) {
  const temporary = mkdtempSync(join(tmpdir(), 'nestjs-wait-api-'));
  try {
    const extractorConfig = ExtractorConfig.prepare({
      packageJsonFullPath: join(root, 'package.json'),
      configObject: {
        projectFolder: root,
        mainEntryPointFilePath: typesOf(entry),
        compiler: { tsconfigFilePath: join(root, 'src/tsconfig.json') },
        apiReport: {
          enabled: true,
          includeForgottenExports: entry === 'nestjs-wait', // what Backoff extends
          reportFileName: entry.replaceAll('/', '.'),
          reportFolder: join(root, 'test/api'),
          reportTempFolder: temporary,
        },
        docModel: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: 'error' } },
          extractorMessageReporting: {
            default: { logLevel: 'error' },
            'ae-missing-release-tag': { logLevel: 'none' }, // everything is public
            // typedoc checks comments and links
            'ae-undocumented': { logLevel: 'none' },
            'ae-unresolved-link': { logLevel: 'none' },
          },
          tsdocMessageReporting: { default: { logLevel: 'none' } },
        },
      },
    });
    const result = Extractor.invoke(extractorConfig, { localBuild, messageCallback });
    if (result.errorCount > 0) {
      throw new Error(`The types of ${entry} have errors.`);
    }
    return result;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** An entry need not export what users import from another one. */
function messageCallback(message) {
  const [, symbol] = /^The symbol "(\w+)" needs to be exported/.exec(message.text) ?? [];
  const isExported = (entry) => new RegExp(`\\b${symbol}\\b`).test(readFileSync(typesOf(entry), 'utf8'));
  if (
    message.messageId.startsWith('console-') ||
    (symbol !== undefined && (INNER.includes(symbol) || entries.some(isExported)))
  ) {
    message.logLevel = 'none';
  }
}

function typesOf(entry) {
  return join(root, 'dist/esm', entry.replace(/^nestjs-wait/, '.'), 'index.d.ts');
}

if (process.argv.includes('--update')) {
  writeApi();
}
