import { useAddress } from '../../components/use-address';
import { readPageState, writePageState } from './url-state';

/** The page's state in the address bar. */
export const usePageState = () => useAddress('/', readPageState, writePageState);
