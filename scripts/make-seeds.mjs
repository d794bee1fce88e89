// Writes the CSV files of seeds/: a small invented cosmetics chain, 2018 to 2024. Same numbers every time: the generator has
// its own random source with a fixed start. Usage: node scripts/make-seeds.mjs [folder]
//
// What is in the data on purpose:
// - price changes in the middle of a cost interval and the other way round, mostly not on the first of a month; open ends;
//   months without a start of a price; products that leave and come back; prices without a cost; free samples (price 0)
// - returns: of a line in its own basket, of a whole earlier basket (negative lines only), at the price that was paid
// - transaction numbers that start again at 1 every year
// - baskets with the same product on several lines, also on equal lines
// - sales close to midnight on the last day of a month
// - sellers without a target, targets without a sale, a target of 0, targets for the month after the last sale
// - one product that is sold but missing in sku_dataset; sales of a product after its last price
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  AWAY,
  everything,
  GONE,
  LATE_COST,
  LAUNCH,
  products,
  TOGETHER,
} from './seed-catalogue.mjs';

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..', 'seeds');
const FIRST_YEAR = 2018;
const LAST_YEAR = 2024;
const LAST_DAY = '2024-09-20';

// ---- chance (mulberry32)
let state = 20180101;
function chance() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const between = (low, high) => low + Math.floor(chance() * (high - low + 1));
const pick = (list) => list[Math.floor(chance() * list.length)];
function pickWeighted(list, weights) {
  let rest = chance() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < list.length; i++) {
    rest -= weights[i];
    if (rest < 0) return list[i];
  }
  return list[list.length - 1];
}

// ---- days are numbers of days since 1970-01-01
const DAY = 86_400_000;
const day = (iso) => Date.parse(`${iso}T00:00:00Z`) / DAY;
const iso = (number) => new Date(number * DAY).toISOString().slice(0, 10);
const monthOf = (number) => Number(iso(number).slice(5, 7));
const weekdayOf = (number) => new Date(number * DAY).getUTCDay();
const monthEnd = (year, month) => Date.UTC(year, month, 0) / DAY;
const two = (number) => String(number).padStart(2, '0');
const money = (cents) =>
  `${cents < 0 ? '-' : ''}${Math.floor(Math.abs(cents) / 100)}.${two(Math.abs(cents) % 100)}`;
const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function write(name, header, rows) {
  const text = [
    header,
    ...rows.map((row) => row.map((cell) => quoted(String(cell ?? ''))).join(',')),
  ].join('\n');
  writeFileSync(join(folder, name), `${text}\n`);
  process.stdout.write(`${name}: ${rows.length} rows\n`);
}

// ---- price and cost intervals: [{ from, to (inclusive, null = open), cents }]
const ending90 = (cents) => (cents === 0 ? 0 : Math.max(190, Math.round(cents / 100) * 100 - 10));
function intervals(firstDay, cents, { everyMin, everyMax, riseMin, riseMax, lastDay, rounding }) {
  const list = [];
  let from = firstDay;
  let value = cents;
  for (;;) {
    const next = from + between(everyMin, everyMax);
    if (next > Math.min(lastDay ?? Infinity, day(LAST_DAY) - 20)) break;
    list.push({ from, to: next - 1, cents: value });
    value = rounding(value * (1 + riseMin + chance() * (riseMax - riseMin)));
    from = next;
  }
  list.push({ from, to: lastDay ?? null, cents: value });
  return list;
}

for (const product of everything) {
  const launch = day(LAUNCH.get(product.code) ?? '2017-11-01');
  const first = Math.round(product.first * 100);
  const lastDay = GONE.has(product.code) ? day(GONE.get(product.code)) : null;
  const rounding = product.first === 0 ? () => 0 : ending90;
  product.prices = intervals(launch, first, {
    everyMin: 170,
    everyMax: 560,
    riseMin: 0.02,
    riseMax: 0.14,
    lastDay,
    rounding,
  });
  const share = 0.34 + chance() * 0.26;
  const firstCost =
    product.first === 0 ? between(90, 480) : Math.max(60, Math.round(first * share));
  product.costs = intervals(launch + (LATE_COST.get(product.code) ?? 0), firstCost, {
    everyMin: 120,
    everyMax: 430,
    riseMin: -0.03,
    riseMax: 0.11,
    lastDay: null,
    rounding: Math.round,
  });
  const away = AWAY.get(product.code)?.map(day);
  if (away) {
    product.prices = product.prices.flatMap((interval) => {
      const end = interval.to ?? Infinity;
      if (end < away[0] || interval.from >= away[1]) return [interval];
      const parts = [];
      if (interval.from < away[0]) parts.push({ ...interval, to: away[0] - 1 });
      if (end >= away[1]) parts.push({ ...interval, from: away[1] });
      return parts;
    });
  }
}
const at = (list, date) =>
  list.find((interval) => interval.from <= date && date <= (interval.to ?? Infinity));

// ---- stores and sellers
const STORES = [1, 2, 3, 4, 5];
const STORE_WEIGHT = [5, 4, 3, 2, 2];
const STORE_OPEN = new Map([
  [4, day('2019-04-15')],
  [5, day('2021-03-08')],
]);
const sellers = Array.from({ length: 20 }, (_, i) => ({
  code: 101 + i,
  store: STORES[i % 5],
  from: day('2018-01-01'),
  to: Infinity,
  strength: 0.6 + chance() * 0.9,
  hasTarget: true,
  leave: [],
}));
const seller = (number) => sellers[number - 101];
for (const s of sellers) s.from = Math.max(s.from, STORE_OPEN.get(s.store) ?? 0);
seller(106).to = day('2020-08-31');
seller(111).from = day('2020-09-01');
seller(112).from = day('2019-02-01');
seller(113).to = day('2023-05-15');
seller(118).from = day('2022-07-01');
seller(119).hasTarget = false; // a temporary seller: sales, never a target
seller(119).from = day('2021-11-01');
seller(116).hasTarget = false;
seller(103).leave = [['2021-03', '2021-06']];
seller(107).leave = [['2023-08', '2023-11']];
const onLeave = (s, month) => s.leave.some(([from, to]) => from <= month && month <= to);

// ---- transactions
const MONTH_WEIGHT = [0.8, 0.75, 0.85, 0.9, 1.25, 1.15, 0.85, 0.95, 0.85, 0.95, 1.25, 1.7];
const WEEKDAY_WEIGHT = [0.6, 0.8, 0.9, 0.9, 1, 1.3, 1.6];
const HOURS = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
const HOUR_WEIGHT = [1, 2, 3, 4, 3, 3, 3, 3, 4, 5, 4, 2];
const BASKETS = { 2018: 720, 2019: 830, 2020: 700, 2021: 840, 2022: 960, 2023: 1060, 2024: 800 };
const popularity = new Map(
  everything.map((product) => [
    product.code,
    (0.4 + chance() * 1.6) * (product.first > 70 ? 0.5 : 1),
  ]),
);
const byCode = new Map(everything.map((product) => [product.code, product]));
const SUMMER = new Set([11, 12, 1, 2]);

/** Products with a price and a cost on the day. */
function onSale(date) {
  return everything.filter((product) => at(product.prices, date) && at(product.costs, date));
}

function basketLines(date, forSale) {
  const sold = new Set(forSale.map((product) => product.code));
  const weights = forSale.map(
    ({ code: id, entry }) =>
      popularity.get(id) *
      (entry?.[2] === 'Proteção solar' && SUMMER.has(monthOf(date)) ? 2.5 : 1) *
      (entry?.[2] === 'Brindes' ? 0.15 : 1),
  );
  const codes = [];
  const wanted = pickWeighted([1, 2, 3, 4, 5, 6], [30, 28, 20, 12, 7, 3]);
  while (codes.length < wanted) {
    if (chance() < 0.35) {
      const group = pick(TOGETHER).filter((id) => sold.has(id));
      for (const id of group.slice(0, between(1, group.length)))
        if (!codes.includes(id)) codes.push(id);
    } else {
      const { code: id } = pickWeighted(forSale, weights);
      if (!codes.includes(id)) codes.push(id);
    }
  }
  const discount = chance() < 0.12 ? pick([0.9, 0.85, 0.8]) : 1;
  const lines = codes.map((id) => {
    const list = at(byCode.get(id).prices, date).cents;
    const quantity = pickWeighted([1, 2, 3, 5], [82, 12, 4, list < 1200 ? 8 : 0]);
    return { product: id, quantity, cents: Math.round(list * discount) };
  });
  if (chance() < 0.05) lines.push({ ...lines[0] }); // scanned twice: two equal lines are two sales
  if (chance() < 0.02) lines.push({ ...lines[0], quantity: lines[0].quantity + 1 });
  if (chance() < 0.02) lines.push({ ...lines[0], quantity: -lines[0].quantity }); // changed one's mind at the till
  return lines;
}

function baskets(year) {
  const lastDay = Math.min(day(`${year}-12-31`), day(LAST_DAY));
  const days = [];
  const weights = [];
  for (let date = day(`${year}-01-02`); date <= lastDay; date++) {
    if (iso(date).endsWith('-12-25')) continue;
    if (year === 2020 && date >= day('2020-03-23') && date <= day('2020-04-26')) continue; // shops closed
    days.push(date);
    weights.push(MONTH_WEIGHT[monthOf(date) - 1] * WEEKDAY_WEIGHT[weekdayOf(date)]);
  }
  const list = [];
  const add = (date, time, store, sellerCode, lines) =>
    list.push({ date, time, store, seller: sellerCode, lines });
  const someone = (date) => {
    const month = iso(date).slice(0, 7);
    const stores = STORES.filter((id) => date >= (STORE_OPEN.get(id) ?? 0));
    const store = pickWeighted(
      stores,
      stores.map((id) => STORE_WEIGHT[id - 1]),
    );
    const present = sellers.filter(
      (s) => s.store === store && s.from <= date && date <= s.to && !onLeave(s, month),
    );
    return [
      store,
      pickWeighted(
        present,
        present.map((s) => s.strength),
      ).code,
    ];
  };
  const time = () =>
    `${two(pickWeighted(HOURS, HOUR_WEIGHT))}:${two(between(0, 59))}:${two(between(0, 59))}`;

  for (let i = 0; i < BASKETS[year]; i++) {
    const date = i === 0 ? lastDay : pickWeighted(days, weights);
    add(date, time(), ...someone(date), basketLines(date, onSale(date)));
  }
  for (const month of [3, 8, 11]) {
    // night sales: still this month, whatever the zone of the server
    const date = monthEnd(year, month);
    if (date > lastDay) continue;
    add(
      date,
      `23:${between(31, 59)}:${two(between(0, 59))}`,
      ...someone(date),
      basketLines(date, onSale(date)),
    );
  }
  for (const original of list.slice(0, Math.round(list.length * 0.03))) {
    // goods brought back some days later
    const date = original.date + between(1, 25);
    if (date > lastDay || days.indexOf(date) < 0) continue;
    const lines = original.lines.filter((line) => line.quantity > 0).slice(0, between(1, 2));
    add(
      date,
      time(),
      original.store,
      original.seller,
      lines.map((line) => ({ ...line, quantity: -line.quantity })),
    );
  }
  for (const [id, last] of GONE) {
    // the last pieces go after the price has ended; the cost is still known
    if (!last.startsWith(String(year))) continue;
    const date = day(last) + 24;
    add(date, '16:20:00', ...someone(date), [
      {
        product: id,
        quantity: 2,
        cents: Math.round(at(byCode.get(id).prices, day(last)).cents * 0.5),
      },
    ]);
  }
  list.sort((a, b) => a.date - b.date || (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return list;
}

// ---- targets: about what a seller sells, rounded to 50
function targets(soldByMonth) {
  const rows = [];
  for (const s of sellers.filter((one) => one.hasTarget)) {
    for (let year = FIRST_YEAR; year <= LAST_YEAR + 1; year++) {
      for (let month = 1; month <= 12; month++) {
        const key = `${year}-${two(month)}`;
        if (key > '2024-10' || monthEnd(year, month) < s.from || day(`${key}-01`) > s.to) continue;
        const sold = soldByMonth.get(`${s.code} ${key}`) ?? 45_000;
        let cents = Math.max(20_000, Math.round((sold * (0.75 + chance() * 0.5)) / 5000) * 5000);
        if (onLeave(s, key) && key.endsWith('-08')) cents = 0; // a target of 0: no percentage, not an error
        if (chance() < 0.02) continue; // forgotten: a seller with sales and no target in that month
        rows.push([s.code, `${two(month)}/${year}`, money(cents)]);
      }
    }
  }
  return rows;
}

// ---- national holidays; the movable ones follow Easter (anonymous Gregorian rule)
function easter(year) {
  const a = year % 19,
    b = Math.floor(year / 100),
    c = year % 100;
  const d =
    (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return day(`${year}-${two(Math.floor(f / 31))}-${two((f % 31) + 1)}`);
}

function holidays() {
  const rows = [];
  for (let year = FIRST_YEAR; year <= LAST_YEAR + 1; year++) {
    const sunday = easter(year);
    rows.push(
      [`${year}-01-01`, 'Confraternização Universal'],
      [iso(sunday - 47), 'Carnaval'],
      [iso(sunday - 2), 'Sexta-feira Santa'],
      [`${year}-04-21`, 'Tiradentes'],
      [`${year}-05-01`, 'Dia do Trabalho'],
      [iso(sunday + 60), 'Corpus Christi'],
      [`${year}-09-07`, 'Independência do Brasil'],
      [`${year}-10-12`, 'Nossa Senhora Aparecida'],
      [`${year}-11-02`, 'Finados'],
      [`${year}-11-15`, 'Proclamação da República'],
      [`${year}-12-25`, 'Natal'],
    );
    if (year >= 2024) rows.push([`${year}-11-20`, 'Dia da Consciência Negra']); // national since 2024
  }
  return rows.sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

// ---- write
mkdirSync(folder, { recursive: true });
write(
  'sku_dataset.csv',
  'cod_prod,nome_abrev,nome_completo,categoria,sub_categoria,marca',
  products.map((product) => [product.code, ...product.entry.slice(0, 5)]),
);
const span = (product, interval) => [
  product.code,
  iso(interval.from),
  interval.to === null ? '' : iso(interval.to),
  money(interval.cents),
];
write(
  'sku_price.csv',
  'cod_prod,data_inicio,data_fim,preco',
  everything.flatMap((p) => p.prices.map((i) => span(p, i))),
);
write(
  'sku_cost.csv',
  'cod_prod,data_inicio,data_fim,custo',
  everything.flatMap((p) => p.costs.map((i) => span(p, i))),
);
const sold = new Map();
for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
  const rows = [];
  baskets(year).forEach((basket, i) => {
    for (const line of basket.lines) {
      rows.push([
        i + 1,
        basket.store,
        basket.seller,
        line.product,
        `${iso(basket.date)} ${basket.time}`,
        line.quantity,
        money(line.cents),
      ]);
      const key = `${basket.seller} ${iso(basket.date).slice(0, 7)}`;
      sold.set(key, (sold.get(key) ?? 0) + line.quantity * line.cents);
    }
  });
  write(
    `transaction_fact_v6_${year}.csv`,
    'cod_transacao,cod_loja,cod_vendedor,cod_prod,transaction_data,quantidade,preco',
    rows,
  );
}
write('targets_salesperson_final.csv', 'id_employee,month,sales_target', targets(sold));
write('feriados_nacionais.csv', 'data,nome', holidays());
