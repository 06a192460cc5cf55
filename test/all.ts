// `npm test`: everything, in order, stopping at the first step that fails. The last line names the number of tests.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noChromium } from './chromium.ts'

const scratch = mkdtempSync(join(tmpdir(), 'livecache-test-'))
const unitReport = join(scratch, 'unit.json')
const counts = { passed: 0, failed: 0, skipped: 0 }

function run(title: string, command: string, env: Record<string, string> = {}): boolean {
  console.log(`\n── ${title}`)
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit', env: { ...process.env, ...env } })
  if (status !== 0) console.error(`\n${title}: failed (\`${command}\`)`)
  return status === 0
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

function unitTests(): boolean {
  const passed = run(
    'unit, type and DOM tests',
    `vitest run --reporter=default --reporter=json --outputFile.json=${unitReport}`,
  )
  const report = read(unitReport) as { numPassedTests: number; numFailedTests: number; numPendingTests: number } | null
  counts.passed += report?.numPassedTests ?? 0
  counts.failed += report?.numFailedTests ?? 0
  counts.skipped += report?.numPendingTests ?? 0
  return passed && report !== null && report.numPassedTests > 0
}

/** The demo and the faults one file at a time; stories and single pages, which mostly wait, two at a time. */
function browserTests(): boolean {
  if (noChromium !== null) {
    console.error(`\n── browser tests\n${noChromium}`)
    // Somebody who tries the project may leave them out; the gate may not.
    return !process.env['CI']
  }
  return (
    run('Storybook', 'npm run --silent build-storybook') &&
    playwright('stories and pages', '--project=stories --project=pages --workers=2') &&
    playwright('browser tests', '--project=demo')
  )
}

function playwright(title: string, options: string): boolean {
  const reportFile = join(scratch, `${title}.json`)
  const passed = run(title, `playwright test -c test/e2e ${options} --reporter=list,json`, {
    PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile,
  })
  const stats = (
    read(reportFile) as { stats: { expected: number; unexpected: number; flaky: number; skipped: number } } | null
  )?.stats
  counts.passed += stats?.expected ?? 0
  counts.failed += (stats?.unexpected ?? 0) + (stats?.flaky ?? 0)
  counts.skipped += stats?.skipped ?? 0
  return passed && stats !== undefined && stats.expected > 0
}

/** What would be published: built, packed, and judged as a stranger's tools would. */
function build(): boolean {
  const tarball = join(scratch, 'livecache-*.tgz')
  // The rest is there for `require` too.
  const esmOnly = 'gateway styles.css'
  return (
    run('build', 'npm run --silent build') &&
    run(
      'package',
      [
        `npm pack --silent --ignore-scripts --pack-destination ${scratch}`,
        `publint --strict ${tarball}`,
        `attw ${tarball} --profile node16 --exclude-entrypoints ${esmOnly} --format ascii --quiet`,
        `attw ${tarball} --profile esm-only --entrypoints ${esmOnly} --format ascii --quiet`,
      ].join(' && '),
    )
  )
}

const steps = [
  () => run('types', 'tsc -p .'),
  () => run('lint', 'npm run --silent lint'),
  unitTests,
  build,
  () => run('the package in an app of its own', 'npm run --silent test:install vite'),
  browserTests,
]
/** The README's badge names a number that there are at least; browser tests may be left out where there is no Chromium. */
function badge(): boolean {
  const [, shown] = /<title>tests: ([\d,]+)\+<\/title>/.exec(readFileSync('docs/badges/tests.svg', 'utf8'))!
  const isTrue = noChromium !== null || counts.passed >= Number(shown!.replaceAll(',', ''))
  if (!isTrue) console.error(`The badge docs/badges/tests.svg says ${shown}+ tests, and ${counts.passed} passed.`)
  return isTrue
}

const passed = [...steps, badge].every((step) => step())
rmSync(scratch, { recursive: true, force: true })
console.log(
  `\n${passed ? 'All good.' : 'Not good.'}\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
)
process.exit(passed ? 0 : 1)
