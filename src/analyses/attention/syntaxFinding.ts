import { formatCount, formatNumber, formatQuantity } from '../../base/numbers';
import type { AttentionHead, AttentionRoles, SyntaxFinding } from './attention';

/** Says which heads tell roles apart beyond position, or that none does, with the figures. */
export function syntaxFinding(heads: readonly AttentionHead[], roles: AttentionRoles): SyntaxFinding {
  const { compared, positionPurity, wordPurity, permutations } = roles;
  const tested = heads.filter(head => head.separation !== null);
  const best = [...tested].sort((a, b) => b.separation!.purity - a.separation!.purity)[0];
  const beyond = tested.filter(head => head.separation!.beyondPosition);
  const what = apart(compared);
  const rule =
    `Beyond position: the nodes are purer than when whole role sequences are exchanged between texts of as many words (${formatCount(permutations)} exchanges, Holm over ${formatQuantity(tested.length, 'head')}, 5 %), ` +
    `and purer than a list by position alone (${formatNumber(positionPurity)}). A list by the words themselves has ${formatNumber(wordPurity)}: what is beyond position may still be the word, and not its role.`;
  if (best === undefined)
    return { heads: [], sentence: `No node of any head has a word that is ${what.one}, so nothing is tested.`, rule };
  const named = ({ layer, head }: AttentionHead) => `layer ${layer}, head ${head}`;
  const figures = ({ separation }: AttentionHead) =>
    `${formatNumber(separation!.purity)}, against ${formatNumber(separation!.position.mean)} (95 % ${formatNumber(separation!.position.low)} to ${formatNumber(separation!.position.high)}) by position`;
  const overWord = beyond.filter(head => head.separation!.purity > wordPurity).length;
  const over =
    beyond.length === 1
      ? overWord === 1
        ? ', and better than a list of the words'
        : ''
      : `, ${formatCount(overWord)} of them also better than a list of the words`;
  const sentence =
    beyond.length === 0
      ? `None of ${formatQuantity(tested.length, 'head')} tells ${what.all} apart beyond position; the purest is ${named(best)}: ${figures(best)}, and ${formatNumber(positionPurity)} for a list by position.`
      : `${formatCount(beyond.length)} of ${formatQuantity(tested.length, 'head')} ${beyond.length === 1 ? 'tells' : 'tell'} ${what.all} apart beyond position${over}; the purest is ${named(strongest(beyond))}: ${figures(strongest(beyond))}.`;
  return { heads: beyond.map(({ layer, head }) => ({ layer, head })), sentence, rule };
}

function strongest(heads: readonly AttentionHead[]): AttentionHead {
  return heads.reduce((best, head) => (head.separation!.purity > best.separation!.purity ? head : best));
}

function apart(roles: readonly string[]): { readonly all: string; readonly one: string } {
  if (roles.length > 5) return { all: `${roles.length} roles`, one: `of one of ${roles.length} roles` };
  const [last, ...others] = [...roles].reverse();
  const before = others.reverse().join(', ');
  return {
    all: before === '' ? last! : `${before} and ${last}`,
    one: before === '' ? last! : `${before} or ${last}`,
  };
}
