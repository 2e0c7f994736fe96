// published.mjs - a site of its own with one project of forty units on a kiosk, for tests of what comes after.
import { Site } from './site.mjs';
import { internalUnits, publicUnits, publish, readyProject } from './walk.mjs';

export async function published() {
  const site = await Site.demo({ config: { site: { 'public-address': 'https://example.test' } } });
  const [admin, control, manager] = [
    await site.login('admin'),
    await site.login('control'),
    await site.login('manager'),
  ];
  const list = { buildings: 2, floors: 5, rooms: 4 };
  const id = await readyProject(control, { name: '发布甲', list, shape: { phone: '0755-1' } });
  await publish(control, manager, id);
  const kiosk = await site.terminal(admin, { project: id });
  const unit = (unitId) => control.get(`/api/v1/units/${unitId}`);
  const taken = new Set();
  /** An available unit nobody has touched yet. */
  async function fresh(projectId = id) {
    const found = (await internalUnits(control, projectId)).find(
      (u) => u.state === 'A' && u.shown === 'A' && !taken.has(u.id),
    );
    taken.add(found.id);
    return found;
  }
  const shownOf = async (unitId) => (await publicUnits(kiosk, id)).find((u) => u.id === unitId);
  return { site, admin, control, manager, id, kiosk, unit, fresh, shownOf };
}
