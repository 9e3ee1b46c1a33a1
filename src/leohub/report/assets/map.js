// The report's map. No tiles, no fonts, no requests: everything drawn is in this page.

const plan = JSON.parse(document.getElementById("plan").textContent);
const box = document.getElementById("map");
const details = document.getElementById("details");
const dark = matchMedia("(prefers-color-scheme: dark)");

const LAYERS = {
  density: { unit: "people per km²" },
  need: { unit: "unserved people in eligible cells, by hexagon" },
  reached: { unit: "people newly reached, by hexagon" },
};
const INK = {
  light: { ground: "#f4f7f8", line: "#7b8b96", label: "#22323d", halo: "#ffffff", site: "#3d4d59", hub: "#e8590c", ring: "#ffffff" },
  dark: { ground: "#121b21", line: "#5c6f7b", label: "#e8eef1", halo: "#0b1115", site: "#c9d5db", hub: "#ff8a3d", ring: "#0f161b" },
};
const HUB_RADIUS = ["interpolate", ["linear"], ["zoom"], 4, 2, 6, 3.2, 9, 7, 13, 10];
const CIRCLE_CORNERS = 72;
const EARTH_KM = 6371.0088;
const MOST_NAMES = 300; // More names than this are not read on one map.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat("en", { notation: "compact" });
const people = (value) => whole.format(value);

const scheme = () => (dark.matches ? "dark" : "light");
const shown = () => document.querySelector("input[name=layer]:checked").value;
const named = () => (plan.regions.length > MOST_NAMES ? [] : plan.regions);
const regionOf = (number) => (number < 0 ? "" : plan.regions[number].name);
const feature = (id, properties, type, coordinates) => ({
  type: "Feature", id, properties, geometry: { type, coordinates },
});
const collection = (features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });

/** Hexagons from H3 ids, which travel without their trailing f's. */
function cellFeatures() {
  const { h3: ids, density, need, reached } = plan.cells;
  return ids.map((id, i) => feature(
    i,
    { density: density[i], need: need[i], reached: reached[i] },
    "Polygon",
    [h3.cellToBoundary(id.padEnd(15, "f"), true)],
  ));
}

/** Candidate places; latitudes travel as differences of 1/10,000 degree. */
function siteFeatures() {
  let lat = 0;
  return plan.sites.lat.map((step, i) => {
    lat += step;
    return feature(i, {}, "Point", [plan.sites.lon[i] / 1e4, lat / 1e4]);
  });
}

/** A circle on the ground: the spherical destination formula, true to 0.3 % of the radius. */
function circle({ lat_deg, lon_deg, radius_km }) {
  const rad = Math.PI / 180;
  const [lat, lon, arc] = [lat_deg * rad, lon_deg * rad, radius_km / EARTH_KM];
  const ring = [];
  for (let i = 0; i <= CIRCLE_CORNERS; i++) {
    const way = (i / CIRCLE_CORNERS) * 2 * Math.PI;
    const to = Math.asin(Math.sin(lat) * Math.cos(arc) + Math.cos(lat) * Math.sin(arc) * Math.cos(way));
    const east = Math.atan2(
      Math.sin(way) * Math.sin(arc) * Math.cos(lat),
      Math.cos(arc) - Math.sin(lat) * Math.sin(to),
    );
    ring.push([(lon + east) / rad, to / rad]);
  }
  return ring;
}

function sources() {
  const at = (hub) => [hub.lon_deg, hub.lat_deg];
  return {
    cells: collection(cellFeatures()),
    regions: collection(plan.regions.map((region, i) => ({ type: "Feature", id: i, properties: {}, geometry: region.geometry }))),
    names: collection(named().map((region, i) => feature(i, { name: region.name, order: -region.room }, "Point", region.label))),
    sites: collection(siteFeatures()),
    areas: collection(plan.hubs.map((hub, i) => feature(i, {}, "Polygon", [circle(hub)]))),
    hubs: collection(plan.hubs.map((hub, i) => feature(i, { order: -hub.rank }, "Point", at(hub)))),
  };
}

/** The fill of the hexagons: nothing where nobody is, else a colour by class. */
function fill(layer) {
  const colours = plan.colours[scheme()];
  const steps = plan.layers[layer].flatMap((limit, i) => [limit, colours[i + 1]]);
  return ["case", ["<=", ["get", layer], 0], "rgba(0,0,0,0)", ["step", ["get", layer], colours[0], ...steps]];
}

function paints() {
  const ink = INK[scheme()];
  return {
    ground: { "background-color": ink.ground },
    cells: { "fill-color": fill(shown()), "fill-antialias": false, "fill-opacity": 0.92 },
    "cell-edge": { "line-color": ink.label, "line-width": ["case", ["boolean", ["feature-state", "hover"], false], 2, 0] },
    regions: { "line-color": ink.line, "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.5, 9, 1.4] },
    sites: {
      "circle-color": ink.site,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, 0.6, 8, 1.8, 12, 4],
      "circle-opacity": ["interpolate", ["linear"], ["zoom"], 5, 0.22, 8, 0.55, 11, 0.8],
    },
    areas: { "fill-color": ink.hub, "fill-opacity": ["interpolate", ["linear"], ["zoom"], 6, 0, 7.5, 0.06] },
    "area-edge": { "line-color": ink.hub, "line-width": 1.4, "line-opacity": ["interpolate", ["linear"], ["zoom"], 6, 0, 7.5, 0.9] },
    hubs: {
      "circle-color": ink.hub,
      "circle-radius": HUB_RADIUS,
      "circle-stroke-color": ink.ring,
      "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 4, 0.5, 6, 0.7, 8, 1.5],
    },
    names: { "text-color": ink.label, "text-halo-color": ink.halo, "text-halo-width": 1.4, "text-opacity": 0.9 },
  };
}

function style() {
  const paint = paints();
  const layer = (id, type, source, more = {}) => ({ id, type, source, paint: paint[id], ...more });
  return {
    version: 8,
    sources: sources(),
    layers: [
      { id: "ground", type: "background", paint: paint.ground },
      layer("cells", "fill", "cells"),
      layer("cell-edge", "line", "cells"),
      layer("regions", "line", "regions"),
      layer("sites", "circle", "sites"),
      layer("areas", "fill", "areas"),
      layer("area-edge", "line", "areas"),
      layer("hubs", "circle", "hubs", { layout: { "circle-sort-key": ["get", "order"] } }),
      layer("names", "symbol", "names", {
        layout: {
          "text-field": ["get", "name"],
          // Without a glyphs address MapLibre draws letters itself, with the page's own fonts.
          "text-font": ["Helvetica Neue", "Arial", "sans-serif"],
          "text-size": ["interpolate", ["linear"], ["zoom"], 4, 10, 6, 12, 9, 15],
          "text-max-width": 7,
          "symbol-sort-key": ["get", "order"],
        },
      }),
    ],
  };
}

function rows(title, under, pairs) {
  const heading = document.createElement("h3");
  heading.textContent = title;
  const line = document.createElement("p");
  line.textContent = under;
  const list = document.createElement("dl");
  for (const [term, value] of pairs) {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = term;
    dd.textContent = value;
    list.append(dt, dd);
  }
  return [heading, line, list];
}

/** A row of what is told; none where it is not known. */
const told = (term, value) => (value ? [[term, value]] : []);

const TELL = {
  hubs(i) {
    const hub = plan.hubs[i];
    const under = ["Hub", hub.kind, hub.region, hub.partner].filter(Boolean).join(" · ");
    return rows(`${hub.rank}. ${hub.name}`, under, [
      ["People newly reached by it", people(hub.added_people)],
      ["People sharing it", people(hub.sharing_people)],
      ...told("Served well", hub.served_well_people),
      ...told("Busiest hour, Mbps", hub.terminal_mbps),
      ...told("To a server, ms", hub.latency_server_ms),
      ["Satellites in view, mean", tenth.format(hub.in_view_mean)],
      ["Usable satellites, mean", tenth.format(hub.usable_mean)],
      ["Usable, worst moment", whole.format(hub.usable_min)],
      ["Longest time without", hub.longest_gap],
      ["Per person and month", hub.price],
    ]);
  },
  sites(i) {
    const { name, kind, kinds, region, alone, adds } = plan.sites;
    const under = ["Candidate, not chosen", kinds[kind[i]], regionOf(region[i])].filter(Boolean).join(" · ");
    return rows(name[i] || "Unnamed place", under, [
      ["People in need within reach", people(alone[i])],
      ["It would add to this plan", people(adds[i])],
    ]);
  },
  cells(i) {
    const { density, people: all, unserved, need, reached, region } = plan.cells;
    return rows(regionOf(region[i]) || "Hexagon", "Hexagon of the people grid", [
      ["People", people(all[i])],
      ["People per km²", digits.format(density[i])],
      ["Unserved", people(unserved[i])],
      ["… eligible", people(need[i])],
      ["… newly reached", people(reached[i])],
    ]);
  },
};

/** What lies under a point: a hub before a candidate before a hexagon. */
function find(map, point) {
  const near = (reach) => [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
  const sites = document.getElementById("show-sites").checked && map.getZoom() > 7 ? ["sites"] : [];
  for (const [layers, where] of [[["hubs"], near(3)], [sites, near(2)], [["cells"], point]]) {
    const [found] = layers.length ? map.queryRenderedFeatures(where, { layers }) : [];
    if (found) return { kind: found.layer.id, id: found.id };
  }
  return null;
}

function place(point) {
  const [width, height] = [details.offsetWidth, details.offsetHeight];
  const frame = details.parentElement;
  const [left, top] = [box.offsetLeft + point.x, box.offsetTop + point.y];
  const x = left + 16 + width > frame.clientWidth ? left - width - 16 : left + 16;
  const y = top + 16 + height > frame.clientHeight ? top - height - 16 : top + 16;
  details.style.left = `${Math.max(8, x)}px`;
  details.style.top = `${Math.max(8, y)}px`;
}

function tell(map, found, point) {
  map.removeFeatureState({ source: "cells" });
  map.getCanvas().style.cursor = found && found.kind !== "cells" ? "pointer" : "";
  details.hidden = !found;
  if (!found) return;
  if (found.kind === "cells") map.setFeatureState({ source: "cells", id: found.id }, { hover: true });
  details.dataset.kind = found.kind;
  details.replaceChildren(...TELL[found.kind](found.id));
  place(point);
}

function drawLegend() {
  const [layer, colours] = [shown(), plan.colours[scheme()]];
  const limits = plan.layers[layer];
  const [scale, ticks, unit] = ["div", "div", "div"].map((name) => document.createElement(name));
  scale.className = "scale";
  ticks.className = "ticks";
  for (let i = 0; i <= limits.length; i++) {
    const [swatch, tick] = [document.createElement("i"), document.createElement("span")];
    swatch.style.background = colours[i];
    tick.textContent = i < limits.length ? (limits[i] < 1000 ? digits : compact).format(limits[i]) : "";
    scale.append(swatch);
    ticks.append(tick);
  }
  unit.className = "unit";
  unit.textContent = LAYERS[layer].unit;
  document.getElementById("legend").replaceChildren(unit, scale, ticks);
}

let arrive = () => {};

/** Go to a hub, open its details, and bring the map into view. */
function visit(map, index) {
  const hub = plan.hubs[index];
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  box.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  map.off("moveend", arrive);
  map.stop(); // It ends a visit under way, which is nobody's arrival any more.
  arrive = () => tell(map, { kind: "hubs", id: index }, map.project([hub.lon_deg, hub.lat_deg]));
  // Without a duration the map has arrived before easeTo returns.
  map.once("moveend", arrive);
  map.easeTo({ center: [hub.lon_deg, hub.lat_deg], zoom: 10, duration: calm ? 0 : 900 });
}

function listen(map) {
  const repaint = () => {
    for (const [id, paint] of Object.entries(paints())) {
      for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
    }
    drawLegend();
  };
  map.on("mousemove", ({ point }) => tell(map, find(map, point), point));
  map.on("click", ({ point }) => tell(map, find(map, point), point));
  map.on("mouseout", () => tell(map, null));
  map.on("movestart", () => tell(map, null));
  dark.addEventListener("change", repaint);
  for (const input of document.querySelectorAll("input[name=layer]")) input.addEventListener("change", repaint);
  document.getElementById("show-sites").addEventListener("change", ({ target }) => {
    map.setLayoutProperty("sites", "visibility", target.checked ? "visible" : "none");
  });
  const choice = document.getElementById("find");
  choice.append(...plan.hubs.map((hub, i) => new Option(`${hub.rank}. ${hub.name}`, i)));
  choice.addEventListener("change", () => choice.value && visit(map, Number(choice.value)));
  for (const button of document.querySelectorAll("[data-hub]")) {
    button.addEventListener("click", () => visit(map, plan.hubs.findIndex((hub) => hub.rank === Number(button.dataset.hub))));
  }
}

/** Room around the country: on wide screens the card stands on the left and must hide nobody. */
function padding() {
  if (matchMedia("(max-width: 60rem)").matches) return 16;
  const card = document.getElementById("controls").offsetWidth + 24;
  return { top: 28, right: 24, bottom: 28, left: Math.min(card, 0.34 * box.offsetWidth) };
}

function open() {
  const [west, south, east, north] = plan.bounds;
  const margin = Math.max(east - west, north - south);
  const map = new maplibregl.Map({
    container: box,
    style: style(),
    bounds: plan.bounds,
    fitBoundsOptions: { padding: padding() },
    maxBounds: [[west - margin, Math.max(-89, south - margin)], [east + margin, Math.min(89, north + margin)]],
    maxZoom: 14,
    renderWorldCopies: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: true,
    attributionControl: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.FullscreenControl({ container: box.parentElement }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-right");
  map.once("idle", () => { box.dataset.mapState = "idle"; });
  window.leohubMap = map;
  return map;
}

function drawsWebgl() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
}

drawLegend();
try {
  const map = open();
  map.once("load", () => listen(map));
} catch (error) {
  // The picture below takes the map's place; that is as it should be only without WebGL.
  box.dataset.mapState = "unavailable";
  if (drawsWebgl()) throw error;
  console.info("The map cannot be drawn here: this browser has no WebGL.");
}
