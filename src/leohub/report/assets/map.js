// The report's map. No tiles, no fonts, no requests: everything drawn is in this page.

const plan = JSON.parse(document.getElementById("plan").textContent);

const LAYERS = {
  density: { unit: "people per km²" },
  need: { unit: "unserved people in eligible cells, by hexagon" },
  reached: { unit: "people newly reached, by hexagon" },
};
const HUB_RADIUS = ["interpolate", ["linear"], ["zoom"], 4, 2, 6, 3.2, 9, 7, 13, 10];
const MOST_NAMES = 300; // More names than this are not read on one map.

const shown = () => document.querySelector("input[name=layer]:checked").value;
const named = () => (plan.regions.length > MOST_NAMES ? [] : plan.regions);
const regionOf = (number) => (number < 0 ? "" : plan.regions[number].name);

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

function sources() {
  const at = (hub) => [hub.lon_deg, hub.lat_deg];
  return {
    cells: collection(cellFeatures()),
    regions: collection(plan.regions.map((region, i) => ({ type: "Feature", id: i, properties: {}, geometry: region.geometry }))),
    names: collection(named().map((region, i) => feature(i, { name: region.name, order: -region.room }, "Point", region.label))),
    sites: collection(siteFeatures()),
    areas: collection(plan.hubs.map((hub, i) => land(i, {}, plan.areas?.[i], hub))),
    standing: collection(plan.standing.map((hub, i) => feature(i, {}, "Point", at(hub)))),
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
    names: namePaint(ink),
  };
}

/** Open the map; the pictures it asks for are made here. */
function open() {
  const map = openMap(style(), plan.bounds);
  map.on("styleimagemissing", ({ id }) => map.addImage(id, diamond(id), { pixelRatio: 2 }));
  return map;
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
      { id: "standing", type: "symbol", source: "standing", layout: standingLayout() },
      layer("hubs", "circle", "hubs", { layout: { "circle-sort-key": ["get", "order"] } }),
      nameLayer(paint.names),
    ],
  };
}

const TELL = {
  hubs(i) {
    const hub = plan.hubs[i];
    const under = ["Hub", hub.kind, hub.region, hub.partner].filter(Boolean).join(" · ");
    return rows(`${hub.rank}. ${hub.name}`, under, [
      ["People newly reached by it", people(hub.added_people)],
      ["… whom no other hub reaches", people(hub.only_people)],
      ...told("Runner-up in its place", hub.instead),
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
  standing(i) {
    const { name, kind, region } = plan.standing[i];
    return rows(name, ["Stands already", kind, region].filter(Boolean).join(" · "), []);
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

/** What lies under a point: a hub before one that stands before a candidate before a hexagon. */
function find(map, point) {
  const near = (reach) => [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
  const sites = document.getElementById("show-sites").checked && map.getZoom() > 7 ? ["sites"] : [];
  for (const [layers, where] of [[["hubs"], near(3)], [["standing"], near(2)], [sites, near(2)], [["cells"], point]]) {
    const [found] = layers.length ? map.queryRenderedFeatures(where, { layers }) : [];
    if (found) return { kind: found.layer.id, id: found.id };
  }
  return null;
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
    map.setLayoutProperty("standing", "icon-image", standingLayout()["icon-image"]);
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

drawLegend();
start(open, listen);
