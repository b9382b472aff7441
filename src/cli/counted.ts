export { formatQuantity as counted } from '../base/numbers';
