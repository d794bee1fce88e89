// Expected texts as CPython 3.11 gives them.
import { expect, test } from 'vitest';
import { rendered } from './render.ts';

test.each([
  ['{{ modules.datetime.datetime(2024, 2, 29) }}', '2024-02-29 00:00:00'],
  ['{{ modules.datetime.date(2024, 2, 29) }}', '2024-02-29'],
  [
    "{{ modules.datetime.datetime.now().strftime('%Y%m%d %H:%M:%S.%f %j %U %W %V %a %B') }}",
    '20240229 13:05:09.120000 060 08 09 09 Thu February',
  ],
  ['{{ (modules.datetime.datetime(2024, 3, 1) - modules.datetime.timedelta(days=1)).day }}', '29'],
  [
    '{{ modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1) }}',
    '29 days, 0:00:00',
  ],
  [
    '{{ (modules.datetime.datetime(2024, 3, 1) - modules.datetime.datetime(2024, 2, 1)).days }}',
    '29',
  ],
  [
    "{{ modules.datetime.datetime.strptime('2024-01-02 03:04', '%Y-%m-%d %H:%M').isoformat() }}",
    '2024-01-02T03:04:00',
  ],
  ["{{ modules.datetime.datetime.strptime('02/Jan/24', '%d/%b/%y').date() }}", '2024-01-02'],
  [
    "{{ modules.datetime.datetime.fromisoformat('2024-01-02T03:04:05+01:00') }}",
    '2024-01-02 03:04:05+01:00',
  ],
  ['{{ modules.datetime.timedelta(hours=25, minutes=1) }}', '1 day, 1:01:00'],
  ['{{ modules.datetime.timedelta(days=-1).total_seconds() }}', '-86400.0'],
  ['{{ modules.datetime.datetime(2024, 1, 31).replace(day=1).weekday() }}', '0'],
  ['{{ modules.datetime.datetime(2024, 1, 1) < modules.datetime.datetime(2024, 1, 2) }}', 'True'],
  [
    "{{ run_started_at.astimezone(modules.pytz.timezone('America/Sao_Paulo')) }}",
    '2024-02-29 10:05:09.120000-03:00',
  ],
  [
    "{{ modules.pytz.timezone('Europe/Lisbon').localize(modules.datetime.datetime(2024, 7, 1)) }}",
    '2024-07-01 00:00:00+01:00',
  ],
  ["{{ modules.re.sub('(?P<a>[0-9]+)', '<\\\\g<a>>', 'x12y3') }}", 'x<12>y<3>'],
  ["{{ modules.re.sub('[aeiou]', '', 'education', 2) }}", 'dcation'],
  ["{{ modules.re.findall('[a-z]([0-9])', 'a1b2') }}", "['1', '2']"],
  ["{{ modules.re.findall('([a-z])([0-9])', 'a1b2') }}", "[('a', '1'), ('b', '2')]"],
  ["{{ modules.re.match('b', 'ab') is none }}{{ modules.re.search('b', 'ab').start() }}", 'True1'],
  ["{{ modules.re.fullmatch('a+', 'aab') is none }}", 'True'],
  ["{{ modules.re.match('(a)(x)?', 'ab').groups() }}", "('a', None)"],
  ["{{ modules.re.split('[,;]', 'a,b;c', 1) }}", "['a', 'b;c']"],
  ["{{ modules.re.search('(?i)B', 'abc').group() }}", 'b'],
  ["{{ modules.re.compile('a').sub('b', 'aa') }}", 'bb'],
])('%s', (text, expected) => {
  expect(rendered(text)).toBe(expected);
});

test.each([
  [
    "{{ modules.datetime.datetime.strptime('2024-02-30', '%Y-%m-%d') }}",
    "time data '2024-02-30' does not match format '%Y-%m-%d'",
  ],
  ['{{ modules.datetime.date(2024, 13, 1) }}', 'day is out of range for month'],
  ["{{ modules.pytz.timezone('Mars/Base') }}", "unknown time zone 'Mars/Base'"],
  ["{{ modules.re.match('(', 'x') }}", "the regular expression '(' is not valid"],
])('%s fails', (text, message) => {
  expect(() => rendered(text)).toThrow(message);
});
