/** Does with each what is to be done with it when everything that happens now is over: nobody who is answered waits for it. */
export const afterwards = <A>(each: (one: A) => void): ((one: A) => void) => {
  let waiting: A[] = [];
  return (one) => {
    if (waiting.push(one) > 1) return;
    setImmediate(() => {
      const all = waiting;
      waiting = [];
      all.forEach(each);
    });
  };
};
