// Addresses live behind `#`, so that any file server can hand the page out. Guards: a session, its rights,
// the initial password, and the project `p` in the address.
import { createRouter, createWebHashHistory } from 'vue-router';
import { routes } from './routes';
import { useProject } from './project';
import { useSession } from './session';

export const router = createRouter({ history: createWebHashHistory(), routes });

router.beforeEach(async (to) => {
  const session = useSession();
  const project = useProject();
  if (session.ended) return false; // the page stays where it is until somebody logs in
  if (!session.known) {
    try {
      await session.load();
    } catch {
      if (to.name !== 'login') return { name: 'login', query: { next: to.fullPath } };
    }
  }
  const must = session.session?.must_change_password ?? false;
  if (!session.session || must) {
    if (to.name === 'login') return true;
    return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
  }
  if (to.name === 'login') return { name: 'home' };
  if (!session.hasAny(to.meta.rights)) return { name: 'home', query: { denied: String(to.name) } };
  if (!project.loaded) {
    try {
      await project.load();
    } catch {
      return true; // the screen says that the daemon is away, and tries again
    }
  }
  if (to.meta.project === false || project.list.length === 0) return true;
  const asked = Number(to.query['p']);
  if (Number.isInteger(asked) && asked > 0 && asked !== project.id) project.choose(asked);
  if (to.query['p'] !== String(project.id)) {
    // Not a replacement of its own: a step from the menu is one the back key goes back from.
    return { path: to.path, query: { ...to.query, p: String(project.id) }, hash: to.hash };
  }
  return true;
});
