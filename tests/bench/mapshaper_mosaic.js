// Measures the work of mapshaper's -mosaic: node mapshaper_mosaic.js PACKAGE LAYER OUT ROUNDS keep|drop
// The work: build the topology from coordinates in memory, cut the flat mosaic, keep the tiles
// that not exactly one polygon covers (0: gap, 2 or more: overlap). Reading is not counted.
const fs = require('fs');
const [packageFolder, layer, out, rounds, keep] = process.argv.slice(2);
const { cmd, internal } = require(packageFolder);

const MIN_AREA_M2 = 1;

function work() {
  const dataset = internal.importFile(layer, { no_topology: true });
  const cpu = process.cpuUsage();
  const began = process.hrtime.bigint();
  internal.buildTopology(dataset);
  const tiles = cmd.mosaic(dataset.layers, dataset, { calc: 'n = count()' })[0];
  const counts = tiles.data.getRecords().map((record) => record.n);
  const faults = tiles.shapes.map((_, i) => i).filter((i) => counts[i] !== 1);
  const used = process.cpuUsage(cpu);
  const wall = Number(process.hrtime.bigint() - began) / 1e9;
  return { cpu: (used.user + used.system) / 1e6, wall, dataset, tiles, counts, faults };
}

const measured = [];
let last;
for (let i = 0; i < Number(rounds); i++) {
  last = null;
  last = work();
  measured.push({ cpu_s: last.cpu, wall_s: last.wall });
}
const peak = peakBytes();
const file = fs.openSync(out, 'w');
fs.writeSync(file, JSON.stringify({ measured, peak_bytes: peak }) + '\n');
for (const i of keep === 'keep' ? last.faults : []) {
  const rings = last.tiles.shapes[i].map(flatten);
  if (Math.max(...rings.map(area)) < MIN_AREA_M2) continue;
  fs.writeSync(file, JSON.stringify({ n: last.counts[i], rings }) + '\n');
}
fs.closeSync(file);

function flatten(ring) {
  const iterator = last.dataset.arcs.getShapeIter(ring);
  const points = [];
  while (iterator.hasNext()) points.push([iterator.x, iterator.y]);
  return points;
}

function area(points) {
  const [x0, y0] = points[0];
  let twice = 0;
  for (let i = 1; i < points.length; i++) {
    const [ax, ay] = points[i - 1];
    const [bx, by] = points[i];
    twice += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
  }
  return Math.abs(twice) / 2;
}

function peakBytes() {
  // maxRSS would count the parent's before exec, too.
  const status = '/proc/self/status';
  if (!fs.existsSync(status)) return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(status, 'utf8'))[1]) * 1024;
}
