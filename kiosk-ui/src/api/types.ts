// Short names for the shapes of the contract (daemon/api/openapi.yaml).
import type { components, paths } from './schema.gen';

export type Schemas = components['schemas'];
export type { paths };

export type Session = Schemas['Session'];
export type StateInfo = Schemas['StateInfo'];
export type Paint = Schemas['Paint'];
export type ClassInfo = Schemas['ClassInfo'];
export type LoanOffer = Schemas['LoanOffer'];
export type ClassStock = Schemas['ClassStock'];
export type PublicProject = Schemas['PublicProject'];
export type PublicationInfo = Schemas['PublicationInfo'];
export type PublicChart = Schemas['PublicChart'];
export type ChartBuilding = Schemas['ChartBuilding'];
export type ChartLayout = Schemas['ChartLayout'];
export type ChartUnit = Schemas['ChartUnit'];
export type PublicUnit = Schemas['PublicUnit'];
export type Estimate = Schemas['Estimate'];
export type UnitLink = Schemas['UnitLink'];
export type LinkPage = Schemas['LinkPage'];
export type PublicDisclosure = Schemas['PublicDisclosure'];
export type FeedUnits = Schemas['FeedUnits'];
export type FeedPublished = Schemas['FeedPublished'];
export type TerminalReader = Schemas['TerminalReader'];
export type TerminalSwipe = Schemas['TerminalSwipe'];
export type SwipeCard = Schemas['SwipeCard'];
export type MemberPane = Schemas['MemberPane'];
export type Problem = Schemas['Problem'];
